{{ config(unique_key=['division_code', 'month', 'unit']) }}

-- Petitions by the month of registration, held against the clocks of seeds/deadline.csv, which start on the day of
-- registration. A rate counts only petitions whose clock has run out: else the newest months would look better than
-- they are. An extension counts while the first clock still runs.
with clock as (
    select
        max(case when step = 'accept' then cast(days as integer) end) as accept_days,
        max(case when step = 'close' then cast(days as integer) end) as close_days,
        max(case when step = 'extend' then cast(days as integer) end) as extend_days
    from {{ ref('deadline') }}
    where matter = 'petition'
),

-- Forwarding, assigning and refusing are decisions on acceptance as much as accepting is.
step as (
    select
        petition_no,
        min({{ shanghai_date('handled_at') }}) filter (where handling in ('forward', 'assign', 'accept', 'reject'))
            as accepted_on,
        min({{ shanghai_date('handled_at') }}) filter (where handling = 'extend') as extended_on,
        min({{ shanghai_date('handled_at') }}) filter (where handling in ('close', 'reject')) as closed_on
    from {{ ref('stg_petition__progress') }}
    group by 1
),

petition as (
    select
        petition.division_code,
        {{ shanghai_date('petition.reported_at') }} as registered_on,
        petition.due_on,
        coalesce(petition.responsible_unit, 'unknown') as unit,
        step.accepted_on,
        step.extended_on,
        coalesce({{ shanghai_date('petition.closed_at') }}, step.closed_on) as closed_on,
        row_number() over (
            partition by
                upper(case when length(petition.matter_no) >= 6 then petition.matter_no else petition.source_no end)
            order by petition.reported_at, petition.source_no
        ) > 1 as is_repeat
    from {{ ref('stg_petition__petition') }} as petition
    left join step on petition.source_no = step.petition_no
    where petition.reported_at is not null
),

counted as (
    select
        division_code,
        {{ month_of('registered_on') }} as month,
        unit,
        extended_on is not null as is_extended,
        is_repeat,
        {{ add_days('registered_on', 'accept_days') }} as accept_by,
        least(accepted_on, closed_on) as accepted_on,
        coalesce({{ add_days(
            'registered_on',
            'close_days + case when extended_on <= ' ~ add_days('registered_on', 'close_days')
            ~ ' then extend_days else 0 end'
        ) }}, due_on) as close_by,
        closed_on,
        {{ session_value('business_date', 'date') }} as today
    from petition
    cross join clock
),

placed as ({{ rolled_up('counted') }}),

totalled as (
    select
        {{ area_and_month() }},
        {{ kind_or_all('unit') }} as unit,
        {{ count_of() }} as petition_count,
        {{ count_of('accept_by < today') }} as accept_due_count,
        {{ count_of('accept_by < today and accepted_on <= accept_by') }} as accepted_in_time_count,
        {{ count_of('close_by < today') }} as close_due_count,
        {{ count_of('close_by < today and closed_on <= close_by') }} as closed_in_time_count,
        {{ count_of('is_extended') }} as extended_count,
        {{ count_of('is_repeat') }} as repeat_count
    from placed
    group by {{ by_division('unit') }}
),

final as (
    select
        totalled.*,
        {{ rate('accepted_in_time_count', 'accept_due_count') }} as accepted_in_time_rate,
        {{ rate('closed_in_time_count', 'close_due_count') }} as closed_in_time_rate
    from totalled
)

{{ mart_rows('final') }}
