{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- An organisation as one record names it, normalised for comparison.
with final as (
    select
        _record_key || '#organisation' as mention_key,
        _record_key,
        _batch_id,
        platform,
        organisation_name as name,
        {{ organisation_name_key('organisation_name') }} as name_key,
        credit_code,
        village_code,
        township_code,
        reported_at
    from {{ ref('int_record') }}
    where
        is_live
        and (credit_code is not null or organisation_name is not null)
        and {{ only_touched(['int_record']) }}
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
