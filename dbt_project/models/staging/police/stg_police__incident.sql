{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_police__incident']}) }}

with versions as ({{ current_versions('base_police__incident') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'police', {
        'category': 'police_incident_category',
        'initial_category': 'police_incident_category',
        'handling_status': 'police_handling_status',
        'relation_kind': 'police_relation_kind',
        'caller_sex': 'sex'
    }) }}
),

positioned as ({{ positioned('coded', 'longitude', 'latitude', "'CGCS2000'") }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(incident_no) as source_no,
        category_code as event_kind,
        category_code as category,
        case when clean_code(grade) in ('01', '02', '03', '04') then clean_code(grade) end as grade,
        handling_status_code as status,
        {{ shanghai('parse_timestamp_cn(called_at)') }} as occurred_at,
        'reported' as time_precision,
        {{ shanghai('parse_timestamp_cn(received_at)') }} as reported_at,
        {{ shanghai('parse_timestamp_cn(closed_at)') }} as closed_at,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        _lon as lon,
        _lat as lat,
        case when _lon is not null then 'caller location' end as coordinate_source,
        clean_text(narrative) as narrative,
        relation_kind_code as relation,
        clean_code(merged_into) as merged_into_no,
        clean_code(origin_no) as origin_no,
        'caller' as person_role,
        clean_text(caller_name) as person_name,
        {{ valid('citizen_id', 'caller_id_no') }} as person_id_no,
        {{ id_as_written('caller_id_no') }} as person_id_text,
        caller_sex_code as person_sex,
        coalesce({{ valid('phone', 'contact_phone') }}, {{ valid('phone', 'caller_number') }}) as person_phone,
        {{ flag('is_deleted') }} as is_deleted,
        {{ flag('is_invalid') }} as is_invalid,
        {{ flag('is_confidential') }} as is_confidential,
        {{ flag('is_merged') }} as is_merged,
        initial_category_code as initial_category,
        clean_code(jurisdiction_code) as jurisdiction_code,
        clean_text(jurisdiction_name) as jurisdiction_name,
        clean_text(origin_kind) as origin_kind,
        {{ flag('is_closed') }} as is_closed
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
