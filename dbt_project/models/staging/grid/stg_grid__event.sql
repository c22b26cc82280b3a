{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_grid__event']}) }}

with versions as ({{ current_versions('base_grid__event') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'grid', {
        'category': 'grid_event_category',
        'scale': 'event_scale',
        'status': 'grid_event_status',
        'party_sex': 'sex'
    }) }}
),

split as ({{ lonlat_split('coded', 'location') }}),

positioned as ({{ positioned('split', 'longitude', 'latitude', "'GCJ-02'") }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(event_no) as source_no,
        category_code as event_kind,
        clean_code(category) as category,
        scale_code as scale,
        status_code as status,
        case parse_boolean_cn(is_resolved) when true then 'resolved' when false then 'unresolved' end as outcome,
        {{ shanghai('parse_timestamp_cn(happened_at)') }} as occurred_at,
        'exact' as time_precision,
        {{ shanghai('parse_timestamp_cn(reported_at)') }} as reported_at,
        {{ shanghai('parse_timestamp_cn(closed_at)') }} as closed_at,
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
        {{ valid('phone', 'party_phone') }} as person_phone,
        clean_text(organisation_name) as organisation_name,
        {{ mended_credit_code('credit_code') }} as credit_code,
        {{ flag('is_deleted') }} as is_deleted,
        clean_code(grid_code) as grid_code,
        clean_text(source) as source_kind
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
