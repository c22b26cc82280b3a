{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_emergency__hazard']}) }}

with versions as ({{ current_versions('base_emergency__hazard') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'emergency', {
        'category': 'hazard_category',
        'grade': 'hazard_grade',
        'status': 'hazard_status'
    }) }}
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(hazard_no) as source_no,
        'hazard' as event_kind,
        category_code as category,
        status_code as status,
        {{ shanghai('parse_timestamp_cn(inspected_at)') }} as occurred_at,
        'reported' as time_precision,
        {{ shanghai('parse_timestamp_cn(inspected_at)') }} as reported_at,
        {{ shanghai('parse_date_cn(rectified_on)') }} as closed_at,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        clean_text(narrative) as narrative,
        clean_code(grid_event_no) as related_no,
        clean_text(organisation_name) as organisation_name,
        {{ mended_credit_code('credit_code') }} as credit_code,
        grade_code as hazard_grade,
        clean_text(inspecting_office) as inspecting_office,
        clean_text(inspector_name) as inspector_name,
        clean_text(demand) as demand,
        clean_text(responsible_organisation) as responsible_organisation,
        parse_date_cn(due_on) as due_on,
        parse_date_cn(rectified_on) as rectified_on
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
