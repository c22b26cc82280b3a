{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_police__case']}) }}

with versions as ({{ current_versions('base_police__case') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'police', {
        'category': 'case_category',
        'nature': 'case_nature',
        'grade': 'case_grade',
        'status': 'case_status'
    }) }}
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(case_no) as source_no,
        nature_code as event_kind,
        category_code as category,
        grade_code as grade,
        case status_code
            when 'accepted' then 'received'
            when 'transferred' then 'transferred'
            when 'closed' then 'closed'
            when 'withdrawn' then 'closed'
            else 'handling'
        end as status,
        status_code as case_status,
        {{ shanghai('parse_timestamp_cn(occurred_at)') }} as occurred_at,
        'exact' as time_precision,
        -- A case says when it was filed, not when it was taken up: until then its latest version stands for that.
        {{ shanghai('coalesce(parse_timestamp_cn(filed_at), _updated_at)') }} as reported_at,
        {{ shanghai('parse_timestamp_cn(filed_at)') }} as filed_at,
        {{ shanghai('parse_timestamp_cn(solved_at)') }} as solved_at,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        clean_text(title) as title,
        clean_text(narrative) as narrative,
        clean_code(incident_no) as police_incident_no,
        cast(parse_number(offender_count) as integer) as offender_count,
        cast(parse_number(wanted_count) as integer) as wanted_count,
        cast(parse_number(caught_count) as integer) as caught_count,
        {{ flag('is_solved') }} as is_solved,
        {{ flag('is_homicide') }} as is_homicide,
        clean_code(unit_code) as unit_code,
        clean_text(unit_name) as unit_name,
        {{ flag('is_deleted') }} as is_deleted,
        {{ flag('is_confidential') }} as is_confidential
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
