{#- What DuckDB and Spark write differently. One macro each, `default__` is Spark's form. -#}

{#- A value that the run sets on its connection; in no SQL text, so that a new night needs no new parse. -#}
{% macro session_value(name, type) -%}
    {{ return(adapter.dispatch('session_value')(name, type)) }}
{%- endmacro %}

{% macro default__session_value(name, type) -%}
    cast({{ "'" ~ env_var('SANLING_' ~ name | upper, '') ~ "'" }} as {{ type }})
{%- endmacro %}

{% macro duckdb__session_value(name, type) -%}
    cast(getvariable('run')['{{ name }}'] as {{ type }})
{%- endmacro %}

{#- A Shanghai wall-clock TIMESTAMP as a timestamp with time zone. -#}
{% macro shanghai(expression) -%}
    {{ return(adapter.dispatch('shanghai')(expression)) }}
{%- endmacro %}

{% macro default__shanghai(expression) -%}
    to_utc_timestamp({{ expression }}, 'Asia/Shanghai')
{%- endmacro %}

{% macro duckdb__shanghai(expression) -%}
    timezone('Asia/Shanghai', {{ expression }})
{%- endmacro %}

{#- TRUE if the regular expression, text or SQL expression, is found anywhere in the text; write [0-9], never \d. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_like({{ text }}, {{ pattern if "'" in pattern else "'" ~ pattern ~ "'" }})
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern if "'" in pattern else "'" ~ pattern ~ "'" }})
{%- endmacro %}

{#- All occurrences replaced. -#}
{% macro replace_all(text, pattern, replacement='') -%}
    {{ return(adapter.dispatch('replace_all')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#- Rows of some Parquet objects with the wanted columns (name -> type); a column that no object has is NULL. -#}
{% macro read_objects(objects, columns) -%}
    {{ return(adapter.dispatch('read_objects')(objects, columns)) }}
{%- endmacro %}

{% macro default__read_objects(objects, columns) -%}
    {%- for object in objects -%}
        select * from parquet.`{{ object }}`{{ ' union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro duckdb__read_objects(objects, columns) -%}
    select
        {% for column, type in columns.items() -%}
            cast(null as {{ type }}) as {{ adapter.quote(column) }}{{ ', ' if not loop.last }}
        {%- endfor %}
    where false
    {%- if objects %}
    union all by name
    select * from read_parquet([
        {%- for object in objects -%}
            '{{ object | replace("'", "''") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
    -- The key holds date=…: DuckDB would make a column of it, over one of the same name at the source.
    ], union_by_name = true, hive_partitioning = false)
    {%- endif %}
{%- endmacro %}

{#- Rows of a CSV file (may be gzipped) in seeds/ that is too long for dbt's seed loader; all columns text. -#}
{% macro read_seed_file(name, columns) -%}
    {{ return(adapter.dispatch('read_seed_file')(name, columns)) }}
{%- endmacro %}

{% macro default__read_seed_file(name, columns) -%}
    select {{ columns | join(', ') }} from csv.`{{ env_var('SANLING_SEEDS_FOLDER', 'seeds') }}/{{ name }}`
{%- endmacro %}

{% macro duckdb__read_seed_file(name, columns) -%}
    select {{ columns | join(', ') }}
    from read_csv(getvariable('run')['seeds_folder'] || '/{{ name }}', header = true, all_varchar = true)
{%- endmacro %}

{#- One row an entry of a text list separated by `;`, as relation `alias` with column `entry`. -#}
{% macro unnest_text(expression, alias, entry) -%}
    {{ return(adapter.dispatch('unnest_text')(expression, alias, entry)) }}
{%- endmacro %}

{% macro default__unnest_text(expression, alias, entry) -%}
    lateral explode(split({{ expression }}, ';')) as {{ alias }} ({{ entry }})
{%- endmacro %}

{% macro duckdb__unnest_text(expression, alias, entry) -%}
    unnest(string_split({{ expression }}, ';')) as {{ alias }} ({{ entry }})
{%- endmacro %}

{#- In a select list: one row a day from the first date to the last. -#}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch('each_day')(first, last)) }}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{% macro duckdb__each_day(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day)) as date)
{%- endmacro %}

{#- Seconds since 1970 of a timestamp with time zone, as a number. -#}
{% macro epoch_seconds(expression) -%}
    {{ return(adapter.dispatch('epoch_seconds')(expression)) }}
{%- endmacro %}

{% macro default__epoch_seconds(expression) -%}
    cast(unix_micros({{ expression }}) as double) / 1000000
{%- endmacro %}

{% macro duckdb__epoch_seconds(expression) -%}
    epoch({{ expression }})
{%- endmacro %}

{#- The different pairs of neighbouring characters of a text, separated by `;`; NULL for a text of one character. -#}
{% macro bigrams(expression) -%}
    {{ return(adapter.dispatch('bigrams')(expression)) }}
{%- endmacro %}

{% macro default__bigrams(expression) -%}
    nullif(array_join(array_distinct(transform(
        sequence(1, greatest(length({{ expression }}) - 1, 1)), n -> substr({{ expression }}, n, 2)
    )), ';'), '')
{%- endmacro %}

{% macro duckdb__bigrams(expression) -%}
    nullif(array_to_string(list_sort(list_distinct(list_transform(
        range(1, length({{ expression }})), lambda n: substr({{ expression }}, n, 2)
    ))), ';'), '')
{%- endmacro %}

{#- The groups of a pattern that matches a whole text, as a struct with one field a group, '' where it matched nothing. -#}
{% macro regexp_parts(text, pattern, names) -%}
    {{ return(adapter.dispatch('regexp_parts')(text, pattern, names)) }}
{%- endmacro %}

{% macro default__regexp_parts(text, pattern, names) -%}
    named_struct(
        {%- for name in names %}
        '{{ name }}', regexp_extract({{ text }}, '{{ pattern }}', {{ loop.index }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro duckdb__regexp_parts(text, pattern, names) -%}
    regexp_extract({{ text }}, '{{ pattern }}', ['{{ names | join("', '") }}'])
{%- endmacro %}

{#- A date some days later; days may be an expression. -#}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    date_add({{ day }}, cast({{ days }} as int))
{%- endmacro %}

{% macro duckdb__add_days(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}
