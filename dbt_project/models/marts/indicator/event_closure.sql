{{ config(unique_key=['division_code', 'month', 'event_kind']) }}

-- How far events came, and how fast, by the month of their first report. A deadline counts once it has passed, and an
-- event keeps it when each of its reports that has one was closed by its own.
with record as (
    select
        event_id,
        record_key,
        max(due_at) as due_at,
        min(case when stage in ('verified', 'archived') then entered_at end) as closed_at
    from {{ ref('event_stage') }}
    group by 1, 2
),

due as (
    select
        event_id,
        max(due_at) as due_at,
        bool_and(coalesce(closed_at <= due_at, false)) as is_in_time
    from record
    where due_at is not null
    group by 1
),

passed as (
    select
        event_id,
        min(case when stage = 'reported' then entered_at end) as reported_at,
        min(case when stage = 'dispatched' then entered_at end) as dispatched_at,
        min(case when stage = 'handling' then entered_at end) as handling_at,
        min(case when stage = 'verified' then entered_at end) as verified_at,
        min(case when stage = 'archived' then entered_at end) as archived_at
    from {{ ref('event_stage') }}
    group by 1
),

event as (
    select
        event.division_code,
        {{ month_of(shanghai_date('coalesce(event.first_reported_at, event.occurred_at)')) }} as month,
        event.event_kind as own_kind,
        passed.reported_at is not null as is_reported,
        passed.dispatched_at is not null as is_dispatched,
        passed.handling_at is not null as is_handling,
        passed.verified_at is not null as is_verified,
        passed.archived_at is not null as is_archived,
        coalesce(event.status in ('closed', 'archived'), false) as is_closed,
        {{ hours_between('passed.reported_at', 'passed.dispatched_at') }} as hours_to_dispatch,
        {{ hours_between('event.first_reported_at', 'event.closed_at') }} as hours_to_close,
        due.due_at is not null as is_due,
        due.is_in_time
    from {{ ref('event') }} as event
    left join passed on event.event_id = passed.event_id
    left join due
        on
            event.event_id = due.event_id
            and {{ shanghai_date('due.due_at') }} <= {{ session_value('business_date', 'date') }}
    where coalesce(event.first_reported_at, event.occurred_at) is not null
),

placed as ({{ rolled_up('event') }}),

final as (
    select
        {{ area_and_month() }},
        {{ kind_or_all('own_kind') }} as event_kind,
        {{ count_of() }} as event_count,
        {%- for stage in ['reported', 'dispatched', 'handling', 'verified', 'archived', 'closed'] %}
        {{ count_of('is_' ~ stage) }} as {{ stage }}_count,
        {%- endfor %}
        round(median(hours_to_dispatch), 6) as hours_to_dispatch,
        round(median(hours_to_close), 6) as hours_to_close,
        {{ count_of('is_due') }} as due_count,
        {{ count_of('is_in_time') }} as closed_in_time_count,
        round(avg(case when is_due then case when is_in_time then 1.0 else 0.0 end end), 6) as closed_in_time_rate
    from placed
    group by {{ by_division('own_kind') }}
)

{{ mart_rows('final') }}
