{{ config(unique_key='record_key') }}

with report as (
    select
        member.event_id,
        member.link_rule,
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
        record_key,
        event_id,
        platform,
        feed,
        reported_at,
        case
            when place = 1 then 'first'
            when relation = 'feedback' then 'follow_up'
            else 'repeat'
        end as report_role,
        link_rule,
        cast(case when link_rule = 'single' then null else 1 end as decimal(4, 3)) as link_score,
        'rule' as decided_by
    from report
)

{{ mart_rows('final') }}
