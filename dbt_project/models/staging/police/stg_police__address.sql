{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_police__address']}) }}

with versions as ({{ current_versions('base_police__address') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'police', {
        'address_kind': 'address_kind',
        'address_status': 'address_status',
        'coordinate_system': 'coordinate_system'
    }) }}
),

positioned as ({{ positioned('coded', 'longitude', 'latitude', 'coordinate_system_code') }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(address_code) as source_no,
        _division_code as division_code,
        clean_text(road) as road,
        clean_text(house_number) as house_number,
        clean_text(estate) as estate,
        clean_text(building) as building,
        clean_text(unit) as unit,
        clean_text(room) as room,
        clean_text(village_group) as village_group,
        clean_text(place_text) as place_text,
        address_kind_code as address_kind,
        address_status_code as address_status,
        _lon as lon,
        _lat as lat,
        case when _lon is not null then 'standard address' end as coordinate_source,
        parse_date_cn(began_on) as began_on,
        parse_date_cn(ended_on) as ended_on,
        {{ shanghai('_updated_at') }} as updated_at,
        {{ flag('is_deleted') }} as is_deleted
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
