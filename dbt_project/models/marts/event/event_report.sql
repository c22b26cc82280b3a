{{ config(unique_key='record_key') }}

with report as (
    select
        member.event_id,
        member.link_rule,
        member.link_weight,
        record._record_key as record_key,
        record.platform,
        record.feed,
        record.reported_at,
        record.relation,
        record.is_merged,
        row_number() over (
            partition by member.event_id
            order by case when member.is_founding then 0 else 1 end, record.reported_at nulls last, record._record_key
        ) as place
    from {{ ref('int_event__member') }} as member
    inner join {{ ref('int_record') }} as record on member._record_key = record._record_key
),

final as (
    select
        report.record_key,
        report.event_id,
        event.division_code,
        report.platform,
        report.feed,
        report.reported_at,
        case
            when place = 1 then 'first'
            when relation = 'feedback' then 'follow_up'
            else 'repeat'
        end as report_role,
        link_rule,
        -- Odds of 2 to the weight: what the model gives the strongest pair that holds the report in its event.
        cast(
            case
                when link_rule = 'single' then null
                when link_weight is null then 1
                else least(1 / (1 + power(2, -link_weight)), 0.999)
            end as decimal(4, 3)
        ) as link_score,
        case link_rule when 'likeness' then 'weights' when 'decision' then 'person' else 'rule' end as decided_by
    from report
    inner join {{ ref('event') }} as event on report.event_id = event.event_id
)

{{ mart_rows('final') }}
