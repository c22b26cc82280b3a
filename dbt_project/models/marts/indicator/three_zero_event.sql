{{ config(unique_key=['unit_kind', 'unit_id', 'month', 'count_name', 'event_id']) }}

-- Which event counts for which unit in which month: what the counts of three_zero_status are the number of. A petition
-- counts in the month in which a petition first reported the matter, all else in the month in which it happened.
with petition as (
    select event_id, min(reported_at) as petitioned_at
    from {{ ref('event_report') }}
    where platform = 'petition'
    group by 1
),

event as (
    select
        event.*,
        coalesce(petition.petitioned_at, event.first_reported_at, event.occurred_at) as petitioned_at,
        coalesce(event.occurred_at, event.first_reported_at) as counted_at,
        coalesce(event.status in ('closed', 'archived'), false) and coalesce(event.outcome, '') <> 'unresolved'
            as is_resolved
    from {{ ref('event') }} as event
    left join petition on event.event_id = petition.event_id
),

counted as (
    select event_id, 'petition_raised_count' as count_name, petitioned_at as counted_at from event where is_petition
    union all
    select event_id, 'petition_count' as count_name, petitioned_at from event where is_petition and not is_resolved
    union all
    select event_id, 'casualty_accident_count' as count_name, counted_at from event where is_casualty_accident
    union all
    select event_id, 'criminal_case_count' as count_name, counted_at from event where is_criminal_case
    union all
    select event_id, 'major_public_order_count' as count_name, counted_at from event where is_major_public_order
),

unit as (
    select 'village' as unit_kind, village_code as unit_id, village_code as division_code, event_id
    from event
    where village_code is not null
    union all
    select distinct 'organisation' as unit_kind, party.organisation_id, organisation.village_code, party.event_id
    from {{ ref('event_party') }} as party
    inner join {{ ref('organisation') }} as organisation on party.organisation_id = organisation.organisation_id
    where organisation.village_code is not null
),

final as (
    select
        unit.unit_kind,
        unit.unit_id,
        unit.division_code,
        {{ month_of(shanghai_date('counted.counted_at')) }} as month,
        counted.count_name,
        counted.event_id,
        {{ shanghai_date('counted.counted_at') }} as counted_on
    from counted
    inner join unit on counted.event_id = unit.event_id
    where counted.counted_at is not null
)

{{ mart_rows('final') }}
