{{ config(unique_key=['feed', 'business_date']) }}

-- received = accepted + refused + repeated, for every feed and day: what the receipt counted against what the lake
-- holds.
with held as (
    {%- for feed in contract_feeds() %}
    select _batch_id, _disposition, count(*) as row_count from {{ ref('base_' ~ feed) }} group by 1, 2
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        _batch_id,
        sum(case when _disposition = 'accepted' then row_count else 0 end) as accepted,
        sum(case when _disposition = 'refused' then row_count else 0 end) as refused,
        sum(case when _disposition = 'repeated' then row_count else 0 end) as repeated
    from held
    group by 1
),

final as (
    select
        batch.feed,
        batch.platform,
        batch.business_date,
        cast(sum(batch.received) as bigint) as received,
        cast(sum(coalesce(counted.accepted, 0)) as bigint) as accepted,
        cast(sum(coalesce(counted.refused, 0)) as bigint) as refused,
        cast(sum(coalesce(counted.repeated, 0)) as bigint) as repeated,
        sum(batch.received) = sum(
            coalesce(counted.accepted, 0) + coalesce(counted.refused, 0) + coalesce(counted.repeated, 0)
        ) as is_balanced
    from {{ source('ops', 'batch') }} as batch
    left join counted on batch.batch_id = counted._batch_id
    group by 1, 2, 3
)

{{ mart_rows('final') }}
