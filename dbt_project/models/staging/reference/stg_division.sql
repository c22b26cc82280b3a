{{ config(unique_key='division_key', tags=['reference']) }}

with source as (
    {{ read_seed_file('divisions.csv.gz', [
        'code12', 'code', 'level', 'name_zh', 'parent_code12', 'code_system', 'version', 'valid_from', 'valid_to',
        'successor_codes', 'lon', 'lat', 'source', 'verified'
    ]) }}
),

final as (
    select
        code_system || ':' || version || ':' || code12 || coalesce(':' || valid_from, '') as division_key,
        code_system,
        version,
        code12,
        code,
        level,
        name_zh,
        parent_code12,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to,
        successor_codes,
        cast(lon as double) as lon,
        cast(lat as double) as lat,
        source,
        cast(verified as boolean) as verified
    from source
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
