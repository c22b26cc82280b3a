{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_grid__task']}) }}

with versions as ({{ current_versions('base_grid__task') }}),

located as ({{ located('versions') }}),

coded as ({{ coded('located', 'grid', {'category': 'grid_task_type', 'status': 'grid_task_status'}) }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(task_no) as source_no,
        category_code as category,
        status_code as status,
        clean_text(title) as title,
        clean_text(issuing_office) as issuing_office,
        clean_code(grid_no) as grid_code,
        _division_code as division_code,
        {{ shanghai('parse_timestamp_cn(issued_at)') }} as issued_at,
        {{ shanghai('parse_timestamp_cn(due_at)') }} as due_at,
        {{ shanghai('parse_timestamp_cn(signed_at)') }} as signed_at,
        {{ shanghai('parse_timestamp_cn(reported_back_at)') }} as reported_back_at,
        clean_text(receiver_name) as receiver_name,
        clean_text(feedback) as feedback,
        clean_code(related_no) as related_no,
        {{ shanghai('_updated_at') }} as updated_at
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
