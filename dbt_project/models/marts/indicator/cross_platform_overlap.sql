{{ config(unique_key=['platform_a', 'platform_b', 'month']) }}

-- What two platforms both wrote down: who knew first and by how much, and how many reports one would have spared.
with platform_report as (
    select event_id, platform, min(reported_at) as known_at, count(*) as reports
    from {{ ref('event_report') }}
    group by 1, 2
),

pair as (
    select
        a.platform as platform_a,
        b.platform as platform_b,
        {{ month_of(shanghai_date('coalesce(event.first_reported_at, event.occurred_at)')) }} as month,
        a.known_at < b.known_at as a_first,
        b.known_at < a.known_at as b_first,
        abs({{ epoch_seconds('a.known_at') }} - {{ epoch_seconds('b.known_at') }}) / 3600 as hours_between,
        a.reports + b.reports - 1 as duplicate_reports
    from platform_report as a
    inner join platform_report as b on a.event_id = b.event_id and a.platform < b.platform
    inner join {{ ref('event') }} as event on a.event_id = event.event_id
),

final as (
    select
        platform_a,
        platform_b,
        month,
        cast(count(*) as integer) as event_count,
        cast(count(*) filter (where a_first) as integer) as a_first_count,
        cast(count(*) filter (where b_first) as integer) as b_first_count,
        round(median(hours_between), 6) as median_hours_between,
        cast(sum(duplicate_reports) as integer) as duplicate_report_count
    from pair
    where month is not null
    group by 1, 2, 3
)

{{ mart_rows('final') }}
