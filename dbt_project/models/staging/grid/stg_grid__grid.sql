{{ config(unique_key='_record_key', meta={'scope': 'records', 'driver': ['base_grid__grid']}) }}

with versions as ({{ current_versions('base_grid__grid') }}),

located as ({{ located('versions') }}),

coded as ({{ coded('located', 'grid', {'grid_type': 'grid_type', 'status': 'grid_state'}) }}),

split as ({{ lonlat_split('coded', 'centre') }}),

positioned as ({{ positioned('split', 'longitude', 'latitude', "'GCJ-02'") }}),

final as (
    select
        {{ lineage_columns() }},
        clean_code(grid_no) as grid_code,
        clean_text(title) as grid_name,
        grid_type_code as grid_type,
        status_code as grid_state,
        _division_code as division_code,
        cast(parse_number(households) as integer) as households,
        cast(parse_number(population) as integer) as population,
        cast(parse_number(full_time_members) as integer) as full_time_members,
        cast(parse_number(part_time_members) as integer) as part_time_members,
        clean_text(leader_name) as leader_name,
        {{ valid('phone', 'leader_phone') }} as leader_phone,
        _lon as centre_lon,
        _lat as centre_lat,
        {{ shanghai('_updated_at') }} as updated_at
    from positioned
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
