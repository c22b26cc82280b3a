{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_police__resident']}) }}

with versions as ({{ current_versions('base_police__resident') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'police', {
        'person_sex': 'sex',
        'ethnicity': 'ethnicity',
        'marital_status': 'marital_status',
        'education': 'education',
        'relation_to_head': 'household_relation',
        'resident_kind': 'resident_kind'
    }) }}
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(resident_no) as source_no,
        'resident' as person_role,
        clean_text(person_name) as person_name,
        {{ valid('citizen_id', 'person_id_no') }} as person_id_no,
        person_sex_code as person_sex,
        {{ valid('phone', 'person_phone') }} as person_phone,
        parse_date_cn(birth_date) as birth_date,
        ethnicity_code as ethnicity,
        marital_status_code as marital_status,
        education_code as education,
        resident_kind_code as resident_kind,
        clean_division_code(registered_division_code) as registered_division_code,
        clean_text(registered_address) as registered_address,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        clean_code(address_code) as address_code,
        clean_code(household_no) as household_no,
        relation_to_head_code as relation_to_head,
        parse_date_cn(registered_on) as registered_on,
        {{ shanghai('_updated_at') }} as updated_at,
        {{ flag('is_cancelled') }} as is_cancelled,
        {{ flag('is_deleted') }} as is_deleted
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
