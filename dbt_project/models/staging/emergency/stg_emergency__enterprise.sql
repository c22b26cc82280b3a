{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_emergency__enterprise']}) }}

with versions as ({{ current_versions('base_emergency__enterprise') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'emergency', {
        'industry': 'industry_section',
        'size': 'enterprise_size',
        'risk_level': 'enterprise_risk',
        'status': 'enterprise_status',
        'coordinate_system': 'coordinate_system'
    }) }}
),

positioned as ({{ positioned('coded', 'longitude', 'latitude', 'coordinate_system_code') }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(enterprise_no) as source_no,
        status_code as status,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        _lon as lon,
        _lat as lat,
        case when _lon is not null then 'enterprise register' end as coordinate_source,
        'legal representative' as person_role,
        clean_text(head_name) as person_name,
        {{ valid('citizen_id', 'head_id_no') }} as person_id_no,
        clean_text(organisation_name) as organisation_name,
        {{ mended_credit_code('credit_code') }} as credit_code,
        industry_code as industry_section,
        size_code as enterprise_size,
        risk_level_code as enterprise_risk,
        clean_text(safety_manager_name) as safety_manager_name,
        {{ valid('phone', 'contact_phone') }} as safety_manager_phone,
        cast(parse_number(employees) as integer) as employees,
        parse_boolean_cn(is_chemical) as is_chemical
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
