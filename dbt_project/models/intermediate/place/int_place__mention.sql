{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- A place as one record names it: the address without the names of its divisions, and the village, which the text
-- may name where the record's code stops at the township.
with written as (
    select
        record._record_key,
        record._batch_id,
        record.platform,
        record.village_code,
        record.grid_code,
        record.township_code,
        coalesce(record.township_code, record.county_code, record.division_code) as area_code,
        record.lon,
        record.lat,
        record.coordinate_source,
        record.reported_at,
        {{ below_township(
            address_folded('record.place_text'), 'code.province_name', 'code.city_name', 'code.county_name',
            division_stem('code.township_name', 'township')
        ) }} as address
    from {{ ref('int_record') }} as record
    left join {{ ref('stg_division_code') }} as code on record.division_code = code.code12
    where record.is_live and record.place_text is not null and {{ only_touched(['int_record']) }}
),

village as (
    select
        village_code,
        township_code,
        {{ division_stem('village_name', 'village') }} as stem
    from {{ ref('stg_division_code') }}
    where level = 'village' and not is_retired
),

named_village as (
    select
        written._record_key,
        max_by(village.village_code, length(village.stem)) as village_code,
        max_by(village.stem, length(village.stem)) as stem
    from written
    inner join village
        on
            written.area_code = village.township_code
            and starts_with(written.address, village.stem)
            and {{ matches('written.address', village_pattern('village.stem')) }}
    group by 1
),

read as (
    select
        written.*,
        coalesce(written.village_code, named_village.village_code) as any_village_code,
        regexp_replace(written.address, {{ village_pattern('named_village.stem') }}, '') as rest
    from written
    left join named_village on written._record_key = named_village._record_key
),

final as (
    select
        _record_key || '#place' as mention_key,
        _record_key,
        _batch_id,
        platform,
        case
            when {{ known_in_township('rest') }} then area_code
            else coalesce(any_village_code, area_code)
        end as area_code,
        any_village_code as village_code,
        township_code,
        grid_code,
        rest as address,
        {{ place_kind('rest') }} as place_kind,
        lon,
        lat,
        coordinate_source,
        reported_at
    from read
    where rest <> ''
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
