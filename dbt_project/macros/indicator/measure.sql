{#- First day of the month in Shanghai of a timestamp with time zone. -#}
{% macro shanghai_month(expression) -%}
    cast(date_trunc('month', {{ shanghai_date(expression) }}) as date)
{%- endmacro %}

{#-
Each row of a relation once for every division that it lies in, as `division_level` and `division_code`: village, township,
county and prefecture, as fine as its code says. Rows without a code lie nowhere. `columns`: what to keep of a row.
-#}
{% macro in_each_division(relation, code, columns) -%}
    {%- set levels = {
        'village': "case when right(" ~ code ~ ", 3) <> '000' then " ~ code ~ " end",
        'township': "case when substr(" ~ code ~ ", 7, 3) <> '000' then left(" ~ code ~ ", 9) || '000' end",
        'county': "case when substr(" ~ code ~ ", 5, 2) <> '00' then left(" ~ code ~ ", 6) || '000000' end",
        'prefecture': "left(" ~ code ~ ", 4) || '00000000'"
    } -%}
    {%- for level, division in levels.items() %}
    select
        '{{ level }}' as division_level,
        {{ division }} as division_code,
        {{ columns | join(', ') }}
    from {{ relation }}
    where {{ division }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- TRUE where two relations agree in all of the columns. -#}
{% macro alike(one, other, columns) -%}
    {%- for column in columns %}
    {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Hours from one moment to a later one; NULL where one is missing or they are in the wrong order. -#}
{% macro hours_between(start, finish) -%}
    case when {{ start }} <= {{ finish }} then ({{ epoch_seconds(finish) }} - {{ epoch_seconds(start) }}) / 3600 end
{%- endmacro %}
