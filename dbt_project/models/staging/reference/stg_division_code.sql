{{ config(unique_key='code12', tags=['reference']) }}

-- Every code that a source may send, and the present division it means. Present = NBS 2023; a retired six-digit code
-- leads to its successors, as deep as they agree (one county, else their city, else their province).
with recursive present as (
    select code12, level, name_zh, parent_code12 from {{ ref('stg_division') }} where code_system = 'NBS'
),

succession as (
    select
        retired.code12,
        left(successor.entry, 12) as successor12,
        -- '220104000000[2005]': a part went there before the end; it says less than what stands without a year
        max(case when successor.entry like '%[%' then 0 else 1 end) as is_final
    from {{ ref('stg_division') }} as retired
    cross join {{ unnest_text('retired.successor_codes', 'successor', 'entry') }}
    where
        retired.code_system = 'GB/T 2260'
        and retired.valid_to is not null
        and retired.code12 not in (select present.code12 from present)
    group by 1, 2
),

best as (
    select code12, max(is_final) as is_final from succession group by 1
),

chosen as (
    select succession.code12, succession.successor12
    from succession
    inner join best on succession.code12 = best.code12 and succession.is_final = best.is_final
),

path as (
    select code12, successor12, 1 as steps from chosen
    union
    select path.code12, chosen.successor12, path.steps + 1 as steps
    from path
    inner join chosen on path.successor12 = chosen.code12
    where path.steps < 8
),

ends as (
    select
        path.code12,
        case
            when count(distinct path.successor12) = 1 then min(path.successor12)
            when count(distinct left(path.successor12, 4)) = 1 then min(left(path.successor12, 4)) || '00000000'
            when count(distinct left(path.successor12, 2)) = 1 then min(left(path.successor12, 2)) || '0000000000'
        end as resolved_code12
    from path
    inner join present on path.successor12 = present.code12
    group by 1
),

resolved as (
    select code12, code12 as resolved_code12, false as is_retired from present
    union all
    select code12, resolved_code12, true as is_retired from ends
),

final as (
    select
        resolved.code12,
        resolved.resolved_code12,
        resolved.is_retired,
        division.level,
        case when division.level = 'village' then resolved.resolved_code12 end as village_code,
        township.code12 as township_code,
        county.code12 as county_code,
        city.code12 as prefecture_code,
        province.name_zh as province_name,
        city.name_zh as city_name,
        county.name_zh as county_name,
        township.name_zh as township_name,
        case when division.level = 'village' then division.name_zh end as village_name
    from resolved
    inner join present as division on resolved.resolved_code12 = division.code12
    left join present as township
        on left(resolved.resolved_code12, 9) || '000' = township.code12 and township.level = 'township'
    left join present as county
        on left(resolved.resolved_code12, 6) || '000000' = county.code12 and county.level = 'county'
    left join present as city
        on left(resolved.resolved_code12, 4) || '00000000' = city.code12 and city.level = 'city'
    left join present as province
        on left(resolved.resolved_code12, 2) || '0000000000' = province.code12
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
