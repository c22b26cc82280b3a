{#- Lists of a column: DuckDB's VARCHAR[], Spark's array<string>. `default__` is Spark's form. -#}

{#- Aggregate: the different values of the rows that keep a condition, sorted; an empty list where none does. -#}
{% macro sorted_set(value, condition='true') -%}
    {{ return(adapter.dispatch('sorted_set')(value, condition)) }}
{%- endmacro %}

{% macro default__sorted_set(value, condition) -%}
    array_sort(collect_set({{ value }}) filter (where {{ condition }}))
{%- endmacro %}

{% macro duckdb__sorted_set(value, condition) -%}
    coalesce(list(distinct {{ value }} order by {{ value }}) filter (where {{ condition }}), [])
{%- endmacro %}

{#- In a select list: one row an entry of a list; none for an empty one. -#}
{% macro each_entry(list) -%}
    {{ return(adapter.dispatch('each_entry')(list)) }}
{%- endmacro %}

{% macro default__each_entry(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro duckdb__each_entry(list) -%}
    unnest({{ list }})
{%- endmacro %}
