{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_grid__dispute']}) }}

with versions as ({{ current_versions('base_grid__dispute') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'grid', {
        'category': 'dispute_type',
        'scale': 'event_scale',
        'grade': 'event_level',
        'status': 'dispute_status',
        'mediation_mode': 'mediation_mode',
        'source': 'event_source',
        'party_sex': 'sex'
    }) }}
),

split as ({{ lonlat_split('coded', 'location') }}),

positioned as ({{ positioned('split', 'longitude', 'latitude', "'GCJ-02'") }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(dispute_no) as source_no,
        'dispute' as event_kind,
        category_code as category,
        scale_code as scale,
        status_code as status,
        case parse_boolean_cn(is_resolved) when true then 'resolved' when false then 'unresolved' end as outcome,
        {{ shanghai('parse_timestamp_cn(happened_on)') }} as occurred_at,
        'day' as time_precision,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        _lon as lon,
        _lat as lat,
        case when _lon is not null then 'grid member' end as coordinate_source,
        clean_text(title) as title,
        clean_text(content) as narrative,
        cast(parse_number(people_count) as integer) as people_count,
        clean_code(related_no) as related_no,
        'party' as person_role,
        clean_text(party_name) as person_name,
        {{ valid('citizen_id', 'party_id_no') }} as person_id_no,
        party_sex_code as person_sex,
        clean_text(organisation_name) as organisation_name,
        {{ flag('is_deleted') }} as is_deleted,
        grade_code as event_level,
        source_code as source_kind,
        parse_date_cn(due_on) as due_on,
        mediation_mode_code as mediation_mode,
        clean_text(mediation_organisation) as mediation_organisation,
        clean_text(mediator_name) as mediator_name,
        {{ valid('phone', 'mediator_phone') }} as mediator_phone,
        clean_text(result) as mediation_result
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
