{{ config(
    unique_key=['left_key', 'right_key'],
    meta={'scope': 'pairs', 'driver': 'int_place__mention', 'key': 'profile_key', 'kind': 'place'}
) }}

-- Pairs of profiles that may be one place told more or less fully: equal in all finer parts, and nowhere different in
-- road, number or division. Coordinates have no say: they are metres or kilometres off.
with profile as (
    select
        profile_key,
        {%- for column in place_particulars() + ['village_code', 'township_code', 'county_code'] %}
        min({{ column }}) as {{ column }},
        {%- endfor %}
        coalesce(min(building), '') || '|' || coalesce(min(unit), '') || '|' || coalesce(min(room), '') as inner_part
    from {{ ref('int_place__mention') }}
    group by 1
),

fresh as (
    select * from profile
    where {{ touched_keys('int_place__mention', 'profile_key', kind='place') if is_incremental() else 'true' }}
),

-- A word that too many places of a county bear (超市, 楼下) is no name.
crowded as (
    select county_code, name
    from (
        select county_code, estate as name, inner_part from profile
        union all
        select county_code, site as name, inner_part from profile
    ) as named
    where name is not null
    group by county_code, name, inner_part
    having count(*) > {{ var('crowded_place', 60) }}
),

met as (
    {%- for column in ['estate', 'site'] %}
    select l.profile_key as l_key, r.profile_key as r_key, '{{ column }}' as rule
    from fresh as l
    inner join profile as r
        on
            l.county_code = r.county_code and l.{{ column }} = r.{{ column }} and l.inner_part = r.inner_part
            and l.profile_key <> r.profile_key
    left join crowded on l.county_code = crowded.county_code and l.{{ column }} = crowded.name
    where crowded.name is null
    union all
    {%- endfor %}
    select l.profile_key as l_key, r.profile_key as r_key, 'address' as rule
    from fresh as l
    inner join profile as r
        on
            l.county_code = r.county_code and l.road = r.road and l.number = r.number and l.inner_part = r.inner_part
            and l.profile_key <> r.profile_key
    where l.road is not null
    union all
    select l.profile_key as l_key, r.profile_key as r_key, 'crossing' as rule
    from fresh as l
    inner join profile as r
        on l.county_code = r.county_code and l.crossing = r.crossing and l.profile_key <> r.profile_key
),

final as (
    select
        least(met.l_key, met.r_key) as left_key,
        greatest(met.l_key, met.r_key) as right_key,
        min(met.rule) as rule,
        cast(max(
            30
            - case when l.township_code is null or r.township_code is null then 10 else 0 end
            - case when coalesce(l.village_code = r.village_code, false) then 0 else 4 end
            - case when coalesce(l.road = r.road, l.road is null and r.road is null) then 0 else 4 end
            - case when coalesce(l.number = r.number, l.number is null and r.number is null) then 0 else 4 end
        ) as decimal(6, 2)) as weight
    from met
    inner join profile as l on met.l_key = l.profile_key
    inner join profile as r on met.r_key = r.profile_key
    where
        coalesce(l.township_code = r.township_code, true)
        and coalesce(l.village_code = r.village_code, true)
        and coalesce(l.road = r.road, true)
        and coalesce(l.crossing = r.crossing, true)
        and coalesce(l.number = r.number, true)
        and coalesce(l.estate = r.estate, true)
        and coalesce(l.site = r.site, true)
        and coalesce(l.village_group = r.village_group, true)
    group by 1, 2
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
