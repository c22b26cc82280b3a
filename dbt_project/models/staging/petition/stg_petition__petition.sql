{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_petition__petition']}) }}

with versions as ({{ current_versions('base_petition__petition') }}),

located as ({{ located('versions') }}),

coded as (
    {{ coded('located', 'petition', {
        'category': 'petition_category',
        'status': 'petition_status',
        'form': 'petition_form',
        'purpose': 'petition_purpose'
    }, first_level=['category']) }}
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(petition_no) as source_no,
        category_code as event_kind,
        split_part(clean_code(category), '_', 1) as category,
        status_code as status,
        {{ shanghai('cast(coalesce(parse_date_cn(happened_on), parse_date_cn(petitioned_on)) as timestamp)') }}
            as occurred_at,
        case when parse_date_cn(happened_on) is null then 'reported' else 'day' end as time_precision,
        {{ shanghai('parse_timestamp_cn(registered_at)') }} as reported_at,
        {{ shanghai('parse_timestamp_cn(closed_at)') }} as closed_at,
        {{ shanghai('_updated_at') }} as updated_at,
        _division_code as division_code,
        clean_text(place_text) as place_text,
        clean_text(subject) as title,
        clean_text(content) as narrative,
        cast(parse_number(people_count) as integer) as people_count,
        clean_code(origin_no) as origin_no,
        clean_code(matter_no) as matter_no,
        'petitioner' as person_role,
        clean_text(petitioner_name) as person_name,
        {{ valid('citizen_id', 'petitioner_id_no') }} as person_id_no,
        {{ valid('phone', 'petitioner_phone') }} as person_phone,
        clean_text(petitioner_address) as person_address,
        form_code as form,
        purpose_code as purpose,
        clean_text(responsible_unit) as responsible_unit,
        parse_date_cn(due_on) as due_on
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
