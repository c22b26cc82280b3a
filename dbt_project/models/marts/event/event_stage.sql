{{ config(unique_key=['event_id', 'record_key', 'stage']) }}

-- Stages that an event passed, one row for each report or task, dispute and hazard about it that tells of the stage.
with number as (
    select upper(source_no) as source_no, min(_record_key) as _record_key
    from {{ ref('int_record') }}
    where is_live
    group by 1
    having count(*) = 1
),

-- The step of a petition speaks of the petition, whatever else bears that number.
told as (
    select
        step.*,
        coalesce(petition._record_key, named._record_key, step._record_key) as report_key,
        case when step.about_feed is not null then petition._record_key else step._record_key end as record_key
    from {{ ref('int_event__step') }} as step
    left join {{ ref('int_record') }} as petition
        on step.about_feed = petition.feed and step.about_no = petition.source_no
    left join number as named
        on case when step.about_feed is null then upper(step.about_no) end = named.source_no
),

placed as (
    select
        member.event_id,
        told.record_key,
        told.stage,
        event.division_code,
        min(told.entered_at) as entered_at,
        -- NULL comes last: of the units that are named, the one that entered the stage first.
        min_by(told.actor_unit, cast(told.entered_at as varchar) || told.actor_unit) as actor_unit,
        max(told.due_at) as due_at
    from told
    inner join {{ ref('int_event__member') }} as member on told.report_key = member._record_key
    inner join {{ ref('int_record') }} as report on told.report_key = report._record_key
    inner join {{ ref('event') }} as event on member.event_id = event.event_id
    where
        told.record_key is not null
        -- What was opened again has not been verified yet.
        and (
            told.stage not in ('verified', 'archived')
            or coalesce(told.is_closed, report.status in ('closed', 'archived'), false)
        )
    group by 1, 2, 3, 4
),

ordered as (
    select
        placed.*,
        case stage
            {%- for stage in stages() %}
            when '{{ stage }}' then {{ loop.index }}
            {%- endfor %}
        end as stage_number
    from placed
),

final as (
    select
        event_id,
        record_key,
        stage,
        entered_at,
        lead(entered_at) over (
            partition by event_id, record_key
            order by entered_at, stage_number
        ) as left_at,
        -- A source may write a clerk where a unit belongs.
        case
            when {{ names_organisation('actor_unit') }} or {{ matches('actor_unit', '府|办|处|队|庭') }} then actor_unit
        end as actor_unit,
        due_at,
        division_code
    from ordered
)

{{ mart_rows('final') }}
