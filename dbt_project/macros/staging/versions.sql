{#- Current version of each record that the night touches: the newest accepted one of a base model. -#}
{% macro current_versions(base) -%}
    select version.*
    from (
        select
            received.*,
            row_number() over (
                partition by received._record_key
                order by
                    received._interval_end desc,
                    received._updated_at desc nulls last,
                    received._source_uri desc,
                    received._row_number desc
            ) as _recency
        from {{ ref(base) }} as received
        where received._disposition = 'accepted' and {{ only_touched([base]) }}
    ) as version
    where version._recency = 1
{%- endmacro %}

{#- The columns that say where a staged row comes from. -#}
{% macro lineage_columns() -%}
    _record_key,
    _batch_id,
    _source_uri,
    _row_number,
    _content_hash,
    _pulled_at,
    _interval_end
{%- endmacro %}

{#-
Adds `<column>_code` to a relation for each column of `lists` (column -> code list): the conformed code by the
crosswalk seed, NULL where the seed has none. `first_level`: columns whose levels are joined as 一级_二级_… and of
which the crosswalk knows the first.
-#}
{% macro coded(relation, platform, lists, first_level=[]) -%}
    select
        uncoded.*,
        {% for column in lists -%}
        {{ column }}_map.code as {{ column }}_code{{ ',' if not loop.last }}
        {% endfor %}
    from {{ relation }} as uncoded
    {%- for column, code_list in lists.items() %}
    {%- set value = 'clean_code(uncoded.' ~ column ~ ')' %}
    left join {{ ref('code_crosswalk') }} as {{ column }}_map
        on
            {{ column }}_map.code_list = '{{ code_list }}'
            and {{ column }}_map.platform = '{{ platform }}'
            and {{ column }}_map.source_value
            = {{ "split_part(" ~ value ~ ", '_', 1)" if column in first_level else value }}
    {%- endfor %}
{%- endmacro %}

{#- An identifier if it keeps its standard, else NULL: what is not valid must not link. `kind` as in functions.sql. -#}
{% macro valid(kind, column) -%}
    {{ return(adapter.dispatch('valid')(kind, column)) }}
{%- endmacro %}

{% macro default__valid(kind, column) -%}
    case when {{ kind }}_ok(clean_{{ kind }}({{ column }})) then clean_{{ kind }}({{ column }}) end
{%- endmacro %}

{% macro duckdb__valid(kind, column) -%}
    list_transform([clean_{{ kind }}({{ column }})], lambda v: case when {{ kind }}_ok(v) then v end)[1]
{%- endmacro %}

{% macro flag(column) -%}
    coalesce(parse_boolean_cn({{ column }}), false)
{%- endmacro %}

{#- An ID number as it was written, cleaned but not checked: a slip or a mask still tells something. -#}
{% macro id_as_written(column) -%}
    case when {{ matches('clean_code(' ~ column ~ ')', '^[0-9]{3,17}[0-9*Xx]*[0-9*Xx]$') }} then upper(clean_code({{ column }})) end
{%- endmacro %}

{#- A valid credit code. GB 32100 has no I and no O: where they stand, 1 and 0 were meant, and the check character tells. -#}
{% macro mended_credit_code(column) -%}
    {{ valid('credit_code', "translate(clean_credit_code(" ~ column ~ "), 'IO', '10')") }}
{%- endmacro %}
