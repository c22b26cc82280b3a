{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_emergency__accident']}) }}

with versions as ({{ current_versions('base_emergency__accident') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'emergency', {
        'category': 'accident_category',
        'grade': 'accident_grade',
        'status': 'accident_status',
        'coordinate_system': 'coordinate_system'
    }) }}
),

positioned as ({{ positioned('coded', 'longitude', 'latitude', 'coordinate_system_code') }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(accident_no) as source_no,
        'accident' as event_kind,
        category_code as category,
        grade_code as grade,
        status_code as status,
        {{ shanghai('parse_timestamp_cn(occurred_at)') }} as occurred_at,
        'exact' as time_precision,
        {{ shanghai('parse_timestamp_cn(reported_at)') }} as reported_at,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        _lon as lon,
        _lat as lat,
        case when _lon is not null then 'accident report' end as coordinate_source,
        clean_text(title) as title,
        clean_text(narrative) as narrative,
        cast(parse_number(deaths) as integer) as deaths,
        cast(parse_number(serious_injuries) as integer) as serious_injuries,
        clean_code(incident_no) as police_incident_no,
        'contact' as person_role,
        clean_text(contact_name) as person_name,
        {{ valid('phone', 'contact_phone') }} as person_phone,
        clean_text(organisation_name) as organisation_name,
        {{ mended_credit_code('credit_code') }} as credit_code,
        cast(parse_number(minor_injuries) as integer) as minor_injuries,
        cast(parse_number(direct_loss) as decimal(18, 4)) as direct_loss_10k_yuan
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
