{#-
What rises among the rows of a relation (division_code, division_level, event_kind, observed, history, and what else is
wanted): `place`, the row, and `judgement` (expected, expected_low, expected_high, p_value, is_rising). All rows are judged
together, each against the rest of its level and kind (infra/fusion/rising.py).
-#}
{% macro rising_among(relation) -%}
    {%- set counts = ['observed', 'history', 'rest_observed', 'rest_history'] -%}
    select
        unnest(places) as place,
        unnest(rising({{ counts | join(', ') }})) as judgement
    from (
        select
            list(compared order by division_code, event_kind) as places,
            {%- for count in counts %}
            list({{ count }} order by division_code, event_kind) as {{ count }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                counted.*,
                cast(sum(observed) over (partition by division_level, event_kind) - observed as bigint) as rest_observed,
                cast(sum(history) over (partition by division_level, event_kind) - history as bigint) as rest_history
            from {{ relation }} as counted
        ) as compared
        having count(*) > 0
    ) as together
{%- endmacro %}
