{{ config(unique_key='grid_code') }}

-- The grids in use. Who leads one stays in the restricted zone.
with numbered as (
    select
        grid.*,
        row_number() over (partition by grid_code order by updated_at desc nulls last, _record_key asc) as recency
    from {{ ref('stg_grid__grid') }} as grid
    where grid_code is not null and grid_state = 'active'
),

final as (
    select
        grid_code,
        {{ village_of('division_code') }} as village_code,
        grid_name as name_zh,
        full_time_members,
        part_time_members,
        households,
        population
    from numbered
    where recency = 1
)

{{ mart_rows('final') }}
