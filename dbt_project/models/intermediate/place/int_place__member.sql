{{ config(unique_key='mention_key') }}

-- Which place each mention is: equal division (township where known) and equal normalised address.
with final as (
    select
        mention_key,
        _record_key,
        'L-' || left(pseudonym('place:' || coalesce(area_code, '') || '|' || address), 16) as place_id,
        'division_and_address' as link_rule
    from {{ ref('int_place__mention') }}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
