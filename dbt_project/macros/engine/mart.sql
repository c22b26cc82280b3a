{#- The date in Shanghai of a timestamp with time zone. -#}
{% macro shanghai_date(expression) -%}
    {{ return(adapter.dispatch('shanghai_date')(expression)) }}
{%- endmacro %}

{% macro default__shanghai_date(expression) -%}
    cast(from_utc_timestamp({{ expression }}, 'Asia/Shanghai') as date)
{%- endmacro %}

{% macro duckdb__shanghai_date(expression) -%}
    cast(timezone('Asia/Shanghai', {{ expression }}) as date)
{%- endmacro %}

{#- The value of the newest row that has one; `tie` settles equal times, so that order of arrival never matters. -#}
{% macro newest(value, moment, tie) -%}
    max_by({{ value }}, cast({{ moment }} as varchar) || {{ tie }}) filter (where {{ value }} is not null)
{%- endmacro %}

{#- The value if all rows that have one agree. -#}
{% macro agreed(value) -%}
    case when count(distinct {{ value }}) = 1 then min({{ value }}) end
{%- endmacro %}

{#- End of a mart model: the row's hash, and when and by which run it last changed. -#}
{% macro mart_rows(relation) -%}
select
    {{ relation }}.*,
    {{ row_hash(relation) }} as _row_hash,
    {{ changed_columns() }}
from {{ relation }}
{%- endmacro %}

{#- The value of the report with the highest authority that has one; needs a column `authority`, smallest first. -#}
{% macro by_authority(value) -%}
    min_by({{ value }}, authority) filter (where {{ value }} is not null)
{%- endmacro %}

{#- First and last day on which reports tell of a relation between two entities; rows grouped by the relation. -#}
{% macro related_from(record) -%}
    min({{ shanghai_date('coalesce(' ~ record ~ '.occurred_at, ' ~ record ~ '.reported_at)') }})
{%- endmacro %}

{% macro related_to(record) -%}
    max({{ shanghai_date('coalesce(' ~ record ~ '.occurred_at, ' ~ record ~ '.reported_at)') }})
{%- endmacro %}
