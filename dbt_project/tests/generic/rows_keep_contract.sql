{#-
One scan a table for what would else be a test a column: the key is unique, columns are not NULL, and some are not
NULL unless the row was refused. Gives one row per broken promise with the number of rows that break it.
-#}
{% test rows_keep_contract(model, unique_key, not_null=[], not_null_unless_refused=[]) %}

with counted as (
    select
        {% for column in not_null -%}
        count(*) filter (where {{ adapter.quote(column) }} is null) as {{ adapter.quote('null ' ~ column) }},
        {% endfor -%}
        {% for column in not_null_unless_refused -%}
        count(*) filter (where {{ adapter.quote(column) }} is null and _disposition <> 'refused')
            as {{ adapter.quote('missing ' ~ column) }},
        {% endfor -%}
        0 as nothing
    from {{ model }}
)

select 'not unique: {{ unique_key | join(", ") }}' as promise, count(*) as broken
from (
    select 1 from {{ model }} group by {{ unique_key | join(', ') }} having count(*) > 1
) as repeated
having count(*) > 0
{%- for column in not_null %}
union all
select 'null: {{ column }}', {{ adapter.quote('null ' ~ column) }} from counted
where {{ adapter.quote('null ' ~ column) }} > 0
{%- endfor %}
{%- for column in not_null_unless_refused %}
union all
select 'missing though accepted: {{ column }}', {{ adapter.quote('missing ' ~ column) }} from counted
where {{ adapter.quote('missing ' ~ column) }} > 0
{%- endfor %}

{% endtest %}
