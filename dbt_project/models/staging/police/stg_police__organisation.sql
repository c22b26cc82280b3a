{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_police__organisation']}) }}

with versions as ({{ current_versions('base_police__organisation') }}),

located as ({{ located('versions') }}),

coded as ({{ coded('located', 'police', {'organisation_kind': 'police_organisation_kind'}) }}),

cleaned as (
    select
        coded.*,
        {{ mended_credit_code('credit_code') }} as valid_credit_code,
        clean_credit_code(organisation_code) as old_code
    from coded
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(organisation_no) as source_no,
        clean_text(organisation_name) as organisation_name,
        valid_credit_code as credit_code,
        -- GB 32100: the organisation code is positions 9 to 17 of the credit code
        coalesce(substr(valid_credit_code, 9, 9), case when length(old_code) = 9 then old_code end)
            as organisation_code,
        organisation_kind_code as organisation_kind,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        clean_code(address_code) as address_code,
        'head' as person_role,
        clean_text(head_name) as person_name,
        {{ valid('citizen_id', 'head_id_no') }} as person_id_no,
        {{ valid('phone', 'phone') }} as organisation_phone,
        cast(parse_number(staff_count) as integer) as staff_count,
        {{ flag('is_hazardous') }} as is_hazardous,
        {{ shanghai('_updated_at') }} as updated_at,
        {{ flag('is_cancelled') }} as is_cancelled,
        {{ flag('is_deleted') }} as is_deleted
    from cleaned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
