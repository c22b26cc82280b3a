{% macro closed_by_hand(columns) -%}
{#- Items whose newest decision is that a person closed them. -#}
    select return_item_id, {{ columns | join(', ') }}
    from (
        select
            *,
            row_number() over (partition by return_item_id order by decided_at desc) as nth
        from {{ source('ops', 'return_decision') }}
    ) as decided
    where nth = 1 and decision = 'close'
{%- endmacro %}
