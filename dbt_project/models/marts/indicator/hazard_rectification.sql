{{ config(unique_key=['division_code', 'month', 'hazard_grade']) }}

-- Hazards by the month of the inspection that found them. Dynamic zero (动态清零): none of them is both open and
-- past its deadline, whatever is still being put right in time.
with hazard as (
    select
        division_code,
        {{ month_of(shanghai_date('reported_at')) }} as month,
        coalesce(hazard_grade, 'unknown') as hazard_grade,
        due_on,
        rectified_on,
        rectified_on is not null or coalesce(status in ('closed', 'archived'), false) as is_rectified
    from {{ ref('stg_emergency__hazard') }}
    where reported_at is not null
),

counted as (
    select
        hazard.*,
        {{ is_overdue('is_rectified', 'rectified_on') }} as is_overdue
    from hazard
),

placed as ({{ rolled_up('counted') }}),

final as (
    select
        {{ area_and_month() }},
        {{ kind_or_all('hazard_grade') }} as hazard_grade,
        {{ count_of() }} as found_count,
        {{ count_of('is_rectified') }} as rectified_count,
        {{ count_of('not is_rectified') }} as open_count,
        {{ count_of('is_overdue') }} as overdue_count,
        {{ rate(count_of('is_rectified'), count_of()) }} as rectification_rate,
        not bool_or(is_overdue and not is_rectified) as is_dynamic_zero
    from placed
    group by {{ by_division('hazard_grade') }}
)

{{ mart_rows('final') }}
