{{ config(unique_key=['division_code', 'event_kind']) }}
{%- set window_days = 28 -%}
{%- set history_days = 364 %}

-- Kinds of events in villages and townships that happened more often in the last four weeks than the place's own year
-- before explains, against the rest of the city (infra/fusion/rising.py). A row stands for what lies above its
-- interval; `is_rising` for what stays an alarm among all that was tested that night. Never about people.
with night as (
    select
        {{ session_value('business_date', 'date') }} as window_end,
        {{ add_days(session_value('business_date', 'date'), 1 - window_days) }} as window_start
),

recent as (
    select
        event.event_id,
        event.event_kind,
        event.village_code,
        event.township_code,
        {{ shanghai_date('event.occurred_at') }} >= night.window_start as is_observed
    from {{ ref('event') }} as event
    inner join night
        on
            {{ shanghai_date('event.occurred_at') }} <= night.window_end
            and {{ shanghai_date('event.occurred_at') }} >= {{ add_days('night.window_start', 0 - history_days) }}
    where event.event_kind is not null
),

counted as (
    {%- for level in ['village', 'township'] %}
    select
        {{ level }}_code as division_code,
        '{{ level }}' as division_level,
        event_kind,
        count(*) filter (where is_observed) as observed,
        count(*) filter (where not is_observed) as history,
        {{ sorted_set('event_id', 'is_observed') }} as event_ids
    from recent
    where {{ level }}_code is not null
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

judged as ({{ rising_among('counted') }}),

final as (
    select
        judged.place.division_code,
        judged.place.division_level,
        judged.place.event_kind,
        night.window_start,
        night.window_end,
        cast(judged.place.observed as integer) as observed,
        round(judged.judgement.expected, 3) as expected,
        cast(judged.judgement.expected_low as integer) as expected_low,
        cast(judged.judgement.expected_high as integer) as expected_high,
        judged.judgement.p_value,
        judged.judgement.is_rising,
        judged.place.event_ids
    from judged
    cross join night
    where judged.place.observed > judged.judgement.expected_high
)

{{ mart_rows('final') }}
