{{ config(unique_key=['division_code', 'month']) }}

-- Tasks by the month in which they were sent down (任务直达), and what came back (结果直返). Both rates are shares of
-- what was sent, so that an unanswered task never flatters them.
with counted as (
    select
        division_code,
        {{ month_of(shanghai_date('issued_at')) }} as month,
        signed_at is not null as is_received,
        reported_back_at is not null as is_answered,
        coalesce(reported_back_at <= due_at, false) as is_in_time,
        case
            when reported_back_at >= issued_at
                then ({{ epoch_seconds('reported_back_at') }} - {{ epoch_seconds('issued_at') }}) / 3600
        end as hours
    from {{ ref('stg_grid__task') }}
    where issued_at is not null
),

placed as ({{ rolled_up('counted') }}),

final as (
    select
        {{ area_and_month() }},
        {{ count_of() }} as sent_count,
        {{ count_of('is_received') }} as received_count,
        {{ count_of('is_answered') }} as answered_count,
        {{ count_of('is_in_time') }} as answered_in_time_count,
        {{ rate(count_of('is_answered'), count_of()) }} as answered_rate,
        {{ rate(count_of('is_in_time'), count_of()) }} as answered_in_time_rate,
        round(median(hours), 2) as median_hours
    from placed
    group by {{ by_division() }}
)

{{ mart_rows('final') }}
