{{ config(unique_key='division_key', tags=['reference']) }}

with final as (
    select
        division_key,
        code_system,
        version,
        code12,
        level,
        name_zh,
        parent_code12,
        valid_from,
        valid_to,
        successor_codes,
        lon,
        lat,
        source
    from {{ ref('stg_division') }}
)

{{ mart_rows('final') }}
