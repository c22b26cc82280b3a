{{ config(unique_key='place_id') }}

with mention as (
    select
        member.place_id,
        mention.*
    from {{ ref('int_place__member') }} as member
    inner join {{ ref('int_place__mention') }} as mention on member.mention_key = mention.mention_key
),

located as (
    select
        mention.*,
        median(lon) over (partition by place_id) as middle_lon,
        median(lat) over (partition by place_id) as middle_lat
    from mention
),

grouped as (
    select
        place_id,
        {{ fullest('place_kind') }} as place_kind,
        {{ fullest('address') }} as address,
        {{ newest('village_code', 'reported_at', 'mention_key') }} as village_code,
        {{ newest('grid_code', 'reported_at', 'mention_key') }} as grid_code,
        {{ newest('township_code', 'reported_at', 'mention_key') }} as township_code,
        median(lon) as lon,
        median(lat) as lat,
        {{ newest('coordinate_source', 'reported_at', 'mention_key') }} as coordinate_source,
        count(*) as record_count,
        count(distinct platform) as platform_count,
        -- About 600 m from the middle one: as far as the points of one estate lie apart.
        max(abs(lon - middle_lon) + abs(lat - middle_lat)) < 0.01 as is_confirmed
    from located
    group by 1
),

final as (
    select
        place_id,
        place_kind,
        -- The text of what may be a home stays in the restricted zone, and its coordinates are good to a kilometre.
        case when not ({{ may_be_home('place_kind') }}) then address end as label_zh,
        village_code,
        grid_code,
        township_code,
        coalesce(village_code, township_code) as division_code,
        round(lon, case when {{ may_be_home('place_kind') }} then 2 else 5 end) as lon,
        round(lat, case when {{ may_be_home('place_kind') }} then 2 else 5 end) as lat,
        coordinate_source,
        cast(record_count as integer) as record_count,
        cast(platform_count as integer) as platform_count,
        cast(case when record_count > 1 then case when is_confirmed then 0.98 else 0.9 end end as decimal(4, 3))
            as link_confidence
    from grouped
)

{{ mart_rows('final') }}
