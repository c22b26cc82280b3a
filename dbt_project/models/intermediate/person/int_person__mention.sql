{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': ['int_record']}) }}

-- A person as one record names them, normalised for comparison. A phone alone names nobody: families share one.
with named as (
    select
        record.*,
        {{ person_name('record.person_name') }} as name,
        {{ name_is_masked('record.person_name') }} as is_masked
    from {{ ref('int_record') }} as record
    where record.is_live and {{ only_touched(['int_record']) }}
),

final as (
    select
        _record_key || '#' || person_role as mention_key,
        _record_key,
        _batch_id,
        platform,
        person_role as role,
        name,
        is_masked,
        person_id_no as id_no,
        feed || ':' || person_account as account,
        person_sex as sex,
        person_phone as phone,
        township_code,
        reported_at
    from named
    where name is not null or person_id_no is not null or person_account is not null
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
