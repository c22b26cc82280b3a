-- A count of three_zero_status that is not the number of events that it leads to, each held against the event itself; a
-- flag that its counts deny; or an event in the list that no count has.
with listed as (
    select unit_kind, unit_id, month, {{ each_entry('event_ids') }} as event_id from {{ ref('three_zero_status') }}
),

first_seen as (
    select
        event.event_id,
        coalesce(min(report.reported_at), min(event.first_reported_at), min(event.occurred_at)) as petitioned_at,
        coalesce(min(event.occurred_at), min(event.first_reported_at)) as happened_at
    from {{ ref('event') }} as event
    left join {{ ref('event_report') }} as report
        on event.event_id = report.event_id and report.platform = 'petition'
    group by 1
),

drill as (
    select
        event_id,
        {{ month_of(shanghai_date('petitioned_at')) }} as petition_month,
        {{ month_of(shanghai_date('happened_at')) }} as happened_month
    from first_seen
),

judged as (
    select
        listed.unit_kind,
        listed.unit_id,
        listed.month,
        count(*) filter (
            where event.is_petition
            and drill.petition_month = listed.month
            and (event.status is null or event.status not in ('closed', 'archived') or event.outcome = 'unresolved')
        ) as petitions,
        count(*) filter (where event.is_casualty_accident and drill.happened_month = listed.month) as accidents,
        count(*) filter (where event.is_criminal_case and drill.happened_month = listed.month) as crimes,
        count(*) filter (where event.is_major_public_order and drill.happened_month = listed.month) as disorders
    from listed
    inner join {{ ref('event') }} as event on listed.event_id = event.event_id
    inner join drill on listed.event_id = drill.event_id
    group by 1, 2, 3
)

select status.unit_kind, status.unit_id, status.month
from {{ ref('three_zero_status') }} as status
left join judged
    on status.unit_kind = judged.unit_kind and status.unit_id = judged.unit_id and status.month = judged.month
where
    status.petition_count <> coalesce(judged.petitions, 0)
    or status.casualty_accident_count <> coalesce(judged.accidents, 0)
    or status.criminal_case_count <> coalesce(judged.crimes, 0)
    or status.major_public_order_count <> coalesce(judged.disorders, 0)
    or status.petition_raised_count < status.petition_count
    or status.is_three_zero <> (judged.unit_id is null)
    or status.is_three_zero <> (status.is_zero_petition and status.is_zero_accident and status.is_zero_case)
