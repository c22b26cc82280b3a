{#-
Indicators by division and month: a row for the village, the township, the county and the prefecture, and beside each
kind one for all. A mart counts like this:

    with counted as (select division_code, month, kind, … one row a thing counted),
    placed as ({{ rolled_up('counted') }})
    select {{ area_and_month() }}, {{ kind_or_all('kind') }} as kind, {{ count_of() }} as found_count
    from placed
    group by {{ by_division('kind') }}
-#}

{#-
The rows of a relation, once for each division they lie in: adds area_code and area_level. `division_code` is a present
code of any level; a row placed in a township counts for the township, its county and prefecture, and for no village.
-#}
{% macro rolled_up(relation) -%}
    select *
    from (
        select
            counted.*,
            level.area_level,
            case level.area_level
                when 'village' then lies_in.village_code
                when 'township' then lies_in.township_code
                when 'county' then lies_in.county_code
                when 'prefecture' then lies_in.prefecture_code
            end as area_code
        from {{ relation }} as counted
        inner join {{ ref('stg_division_code') }} as lies_in on counted.division_code = lies_in.code12
        cross join (
            {%- for name in division_levels() %}
            select '{{ name }}' as area_level{{ ' union all' if not loop.last }}
            {%- endfor %}
        ) as level
    ) as lying
    where area_code is not null
{%- endmacro %}

{% macro division_levels() -%}
    {{ return(['village', 'township', 'county', 'prefecture']) }}
{%- endmacro %}

{#- What to group the rows of rolled_up() by: each kind, and all kinds together; without `kind` just division and month. -#}
{% macro by_division(kind=none) -%}
    {%- if kind -%}
        grouping sets ((area_code, area_level, month, {{ kind }}), (area_code, area_level, month))
    {%- else -%}
        area_code, area_level, month
    {%- endif -%}
{%- endmacro %}

{#- Where and when a group of by_division() is. -#}
{% macro area_and_month() -%}
    area_code as division_code,
    area_level as division_level,
    month
{%- endmacro %}

{#- The kind of a group of by_division(kind): 'all' for all kinds together, 'unknown' where the source says none. -#}
{% macro kind_or_all(kind) -%}
    case when grouping({{ kind }}) = 1 then 'all' else coalesce({{ kind }}, 'unknown') end
{%- endmacro %}

{#- How many rows of the group hold the condition; unlike count(*), an integer. -#}
{% macro count_of(condition='true') -%}
    cast(count(*) filter (where {{ condition }}) as integer)
{%- endmacro %}

{#- Part of a whole as 0..1; of nothing there is no share. -#}
{% macro rate(part, whole) -%}
    cast({{ part }} as double) / nullif({{ whole }}, 0)
{%- endmacro %}

{#- First day of the month of a date. -#}
{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}
