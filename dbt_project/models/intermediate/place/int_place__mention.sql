{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- A place as one record names it: division, and the address without the names of its divisions.
with addressed as (
    select
        record._record_key,
        record._batch_id,
        record.platform,
        record.division_code,
        record.village_code,
        record.grid_code,
        coalesce(record.township_code, record.county_code, record.division_code) as area_code,
        record.lon,
        record.lat,
        record.coordinate_source,
        record.reported_at,
        {{ address_folded('record.place_text') }} as address_1,
        code.province_name, code.city_name, code.county_name, code.township_name, code.village_name
    from {{ ref('int_record') }} as record
    left join {{ ref('stg_division_code') }} as code on record.division_code = code.code12
    where record.is_live and record.place_text is not null and {{ only_touched(['int_record']) }}
),

{%- for level in ['province', 'city', 'county', 'township', 'village'] %}

without_{{ level }} as (
    select
        previous.*,
        {{ without_prefix('address_' ~ loop.index, level ~ '_name') }} as address_{{ loop.index + 1 }}
    from {{ 'addressed' if loop.first else 'without_' ~ loop.previtem }} as previous
),
{%- endfor %}

final as (
    select
        _record_key || '#place' as mention_key,
        _record_key,
        _batch_id,
        platform,
        area_code,
        village_code,
        grid_code,
        address_6 as address,
        {{ place_kind('address_6') }} as place_kind,
        lon,
        lat,
        coordinate_source,
        reported_at
    from without_village
    where address_6 <> ''
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
