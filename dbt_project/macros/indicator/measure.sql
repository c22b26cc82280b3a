{#- TRUE where two relations agree in all of the columns. -#}
{% macro alike(one, other, columns) -%}
    {%- for column in columns %}
    {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Whether something was done after the day that it was due on, or is not done and that day is over. -#}
{% macro is_overdue(is_done, done_on) -%}
    coalesce(
        due_on < case when {{ is_done }} then {{ done_on }} else {{ session_value('business_date', 'date') }} end, false
    )
{%- endmacro %}

{#- Hours from one moment to a later one; NULL where one is missing or they are in the wrong order. -#}
{% macro hours_between(start, finish) -%}
    case when {{ start }} <= {{ finish }} then ({{ epoch_seconds(finish) }} - {{ epoch_seconds(start) }}) / 3600 end
{%- endmacro %}
