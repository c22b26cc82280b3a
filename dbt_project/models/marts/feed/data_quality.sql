{{ config(unique_key=['feed', 'business_date', 'dimension']) }}

-- X = A / B of GB/T 36344 for each feed, day and dimension: what kept its rules, of what was assessed. A day without a
-- batch counts too: it is one thing that was due and did not come (timeliness), and could not be had (accessibility).
with delivered as (
    select feed, business_date from {{ source('ops', 'batch') }} where outcome <> 'withdrawn' group by 1, 2
),

span as (
    select
        feed.feed,
        coalesce(min(delivered.business_date), {{ session_value('business_date', 'date') }}) as first_day,
        greatest(max(delivered.business_date), {{ session_value('business_date', 'date') }}) as last_day
    from {{ ref('feed') }} as feed
    left join delivered on feed.feed = delivered.feed
    group by 1
),

day as (
    select feed, {{ each_day('first_day', 'last_day') }} as business_date from span
),

dangling as (
    select _batch_id, source_field, count(*) as failed from {{ ref('int_reference__dangling') }} group by 1, 2
),

counted as (
    select batch.feed, batch.business_date, result.dimension, result.assessed, result.failed
    from {{ source('ops', 'rule_result') }} as result
    inner join {{ source('ops', 'batch') }} as batch on result.batch_id = batch.batch_id
    union all
    select
        batch.feed,
        batch.business_date,
        dimension.label_zh as dimension,
        named.assessed,
        coalesce(dangling.failed, 0) as failed
    from {{ ref('int_reference__assessed') }} as named
    inner join {{ source('ops', 'batch') }} as batch on named._batch_id = batch.batch_id
    inner join {{ ref('code_value') }} as dimension
        on dimension.code_list = 'quality_dimension' and dimension.code = 'consistency'
    left join dangling on named._batch_id = dangling._batch_id and named.source_field = dangling.source_field
    union all
    select
        day.feed,
        day.business_date,
        arrival.label_zh,
        1 as assessed,
        case when delivered.feed is null then 1 else 0 end as failed
    from day
    inner join {{ ref('code_value') }} as arrival
        on arrival.code_list = 'quality_dimension' and arrival.code in ('timeliness', 'accessibility')
    left join delivered on day.feed = delivered.feed and day.business_date = delivered.business_date
),

summed as (
    select
        feed,
        business_date,
        dimension,
        sum(assessed) as assessed,
        sum(assessed) - sum(failed) as met
    from counted
    group by 1, 2, 3
),

scored as (
    select
        day.feed,
        day.business_date,
        dimension.code as dimension,
        dimension.label_zh as dimension_zh,
        coalesce(summed.assessed, 0) as assessed,
        coalesce(summed.met, 0) as met,
        round(cast(summed.met as double) / nullif(summed.assessed, 0), 6) as score
    from day
    inner join {{ ref('code_value') }} as dimension on dimension.code_list = 'quality_dimension'
    left join summed
        on
            day.feed = summed.feed
            and day.business_date = summed.business_date
            and dimension.label_zh = summed.dimension
),

final as (
    select
        scored.feed,
        feed.platform,
        feed.owner_zh,
        scored.business_date,
        scored.dimension,
        scored.dimension_zh,
        cast(scored.assessed as bigint) as assessed,
        cast(scored.met as bigint) as met,
        scored.score,
        (
            select min(cast(quality.grade as integer)) from {{ ref('quality_grade') }} as quality
            where cast(quality.at_least as double) <= scored.score
        ) as grade,
        round(scored.score - avg(scored.score) over (
            partition by scored.feed, scored.dimension order by scored.business_date
            rows between 7 preceding and 1 preceding
        ), 6) as trend
    from scored
    inner join {{ ref('feed') }} as feed on scored.feed = feed.feed
)

{{ mart_rows('final') }}
