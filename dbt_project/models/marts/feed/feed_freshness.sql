{{ config(unique_key='feed') }}

with latest as (
    select
        feed,
        max(interval_end) as last_interval_end,
        max(business_date) as last_business_date,
        max_by(received, interval_end) as last_received,
        max_by(outcome, interval_end) as last_outcome,
        -- A refused batch brings nothing: the data is as old as the last one that was let in.
        max(interval_end) filter (where outcome = 'accepted') as data_until
    from {{ source('ops', 'batch') }}
    group by 1
),

final as (
    select
        feed.feed,
        feed.platform,
        feed.name_zh,
        feed.owner_zh,
        latest.last_interval_end,
        latest.last_business_date,
        latest.last_received,
        latest.last_outcome,
        latest.data_until,
        feed.latest_arrival as expected_by,
        cast(
            {{ dbt.datediff(shanghai_date('latest.data_until'), session_value('business_date', 'date'), 'day') }} + 1
            as integer
        ) as age_days,
        coalesce(latest.last_business_date < {{ session_value('business_date', 'date') }}, true) as is_late
    from {{ ref('feed') }} as feed
    left join latest on feed.feed = latest.feed
)

{{ mart_rows('final') }}
