{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_grid__activity']}) }}

with versions as ({{ current_versions('base_grid__activity') }}),

located as ({{ located('versions') }}),

coded as ({{ coded('located', 'grid', {'category': 'grid_activity_kind'}) }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(activity_no) as source_no,
        clean_code(grid_no) as grid_code,
        _division_code as division_code,
        parse_date_cn(active_on) as active_on,
        category_code as activity_kind,
        cast(parse_number(times) as integer) as times,
        cast(parse_number(people_reached) as integer) as people_reached,
        cast(parse_number(member_count) as integer) as member_count,
        {{ shanghai('_updated_at') }} as updated_at
    from coded
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
