{{ config(unique_key='return_item_id') }}

-- Faults that no record's later version can mend, because there is no record to follow: a rule for which a batch was
-- refused as a whole, and rows that came without a key. Each closes with the feed's next accepted batch that has rows
-- and does not break that rule in that way. Few rows, so all of them are computed each night.
with fault as (
    select batch_id, 'batch' as scope, rule, '' as source_field, field, dimension, severity, '' as place
    from {{ source('ops', 'rule_result') }}
    where scope = 'batch' and severity = 'refuse' and failed > 0
    union all
    select
        _batch_id as batch_id,
        'row' as scope,
        rule,
        source_field,
        field,
        dimension,
        severity,
        _source_uri || '#' || cast(_row_number as varchar) as place
    from {{ ref('stg_verdict') }}
    where _record_key is null
),

batch as (
    select
        batch_id,
        feed,
        business_date,
        interval_end,
        outcome = 'accepted' and received > 0 as can_mend
    from {{ source('ops', 'batch') }}
    where outcome <> 'withdrawn'
),

asked as (
    select batch.feed, fault.scope, fault.rule, fault.source_field
    from fault
    inner join batch on fault.batch_id = batch.batch_id
    group by 1, 2, 3, 4
),

broken as (
    select batch_id, scope, rule, source_field from fault group by 1, 2, 3, 4
),

followed as (
    select
        batch.batch_id,
        batch.feed,
        asked.scope,
        asked.rule,
        asked.source_field,
        min(case when batch.can_mend and broken.rule is null then batch.interval_end end) over (
            partition by asked.feed, asked.scope, asked.rule, asked.source_field
            order by batch.interval_end
            rows between 1 following and unbounded following
        ) as mended_at
    from asked
    inner join batch on asked.feed = batch.feed
    left join broken
        on
            batch.batch_id = broken.batch_id
            and asked.scope = broken.scope
            and asked.rule = broken.rule
            and asked.source_field = broken.source_field
),

final as (
    select
        md5(concat_ws('|', fault.batch_id, fault.scope, fault.rule, fault.source_field, fault.place)) as return_item_id,
        cast(null as varchar) as _record_key,
        fault.rule,
        fault.field,
        fault.source_field,
        fault.dimension,
        fault.severity,
        batch.business_date as first_seen_on,
        batch.business_date as last_seen_on,
        closing.business_date as closed_on,
        fault.batch_id as opening_batch_id,
        closing.batch_id as closing_batch_id,
        cast(1 as integer) as times_returned
    from fault
    inner join batch on fault.batch_id = batch.batch_id and (fault.scope = 'batch' or batch.can_mend)
    inner join followed
        on
            fault.batch_id = followed.batch_id
            and fault.scope = followed.scope
            and fault.rule = followed.rule
            and fault.source_field = followed.source_field
    left join batch as closing on batch.feed = closing.feed and followed.mended_at = closing.interval_end
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
