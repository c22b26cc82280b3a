{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_petition__progress']}) }}

with versions as ({{ current_versions('base_petition__progress') }}),

coded as (
    {{ coded('versions', 'petition', {'handling': 'petition_handling', 'status': 'petition_status'}) }}
),

final as (
    select
        {{ lineage_columns() }},
        clean_code(step_no) as source_no,
        clean_code(petition_no) as petition_no,
        cast(parse_number(step_number) as integer) as step_number,
        {{ shanghai('parse_timestamp_cn(handled_at)') }} as handled_at,
        clean_text(handled_by_unit) as handled_by_unit,
        clean_text(handled_by) as handled_by,
        handling_code as handling,
        status_code as petition_status,
        clean_text(opinion) as opinion,
        parse_date_cn(due_on) as due_on,
        {{ shanghai('_updated_at') }} as updated_at
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
