{#-
One scan a table for what would else be a test a column: the key is unique, columns are not NULL, and some are not
NULL unless the row was refused. Gives one row per broken promise with the number of rows that break it.
-#}
{% test rows_keep_contract(model, unique_key, not_null=[], not_null_unless_refused=[]) %}
{%- set promises = [] -%}
{%- for column in not_null -%}
    {%- do promises.append([column, adapter.quote(column) ~ ' is null']) -%}
{%- endfor -%}
{%- for column in not_null_unless_refused -%}
    {%- do promises.append([column, adapter.quote(column) ~ " is null and _disposition <> 'refused'"]) -%}
{%- endfor %}

with counted as (
    select
        {%- for name, broken in promises %}
        count(*) filter (where {{ broken }}) as broken_{{ loop.index }},
        {%- endfor %}
        count(*) as row_count
    from {{ model }}
),

repeated as (
    select {{ unique_key | join(', ') }}
    from {{ model }}
    group by {{ unique_key | join(', ') }}
    having count(*) > 1
)

select 'not unique: {{ unique_key | join(", ") }}' as promise, count(*) as broken
from repeated
having count(*) > 0
{%- for name, broken in promises %}
union all
select 'missing: {{ name }}' as promise, broken_{{ loop.index }} as broken
from counted
where broken_{{ loop.index }} > 0
{%- endfor %}

{% endtest %}
