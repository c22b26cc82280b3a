{%- set bases = [] -%}
{%- for name in contract_feeds() -%}{%- do bases.append('base_' ~ name) -%}{%- endfor -%}
{{ config(unique_key='return_item_id', meta={'scope': 'records', 'driver': bases}) }}

-- One row each time that a record began to break a rule: from the batch in which it first did to the one that brought
-- a version without the fault. A version that its source deleted breaks nothing: nobody is to mend it.
with verdict as (
    select * from {{ ref('stg_verdict') }}
    where _record_key is not null and {{ only_touched(bases) }}
),

arrival as ({{ arrivals('verdict') }}),

closed as ({{ closed_by_hand(['fault_key', 'last_batch_id']) }}),

asked as (
    select _record_key, rule, source_field from verdict group by 1, 2, 3
),

judged as (
    select
        arrival.*,
        asked.rule,
        asked.source_field,
        verdict.field,
        verdict.dimension,
        verdict.severity,
        verdict.rule is not null and not arrival.is_deleted as is_broken
    from arrival
    inner join asked on arrival._record_key = asked._record_key
    left join verdict
        on
            arrival._batch_id = verdict._batch_id
            and arrival._source_uri = verdict._source_uri
            and arrival._row_number = verdict._row_number
            and asked.rule = verdict.rule
            and asked.source_field = verdict.source_field
),

preceded as (
    select
        judged.*,
        lag(is_broken) over (partition by _record_key, rule, source_field order by arrival) as was_broken,
        lag(_batch_id) over (partition by _record_key, rule, source_field order by arrival) as batch_before
    from judged
),

-- What was closed by hand after a batch does not go on with a later one that breaks the rule again.
opened as (
    select
        preceded.*,
        is_broken and (not coalesce(was_broken, false) or closed.fault_key is not null) as is_opening
    from preceded
    left join closed
        on
            closed.fault_key = md5(concat_ws('|', preceded._record_key, preceded.rule, preceded.source_field))
            and preceded.batch_before = closed.last_batch_id
            and preceded._batch_id <> closed.last_batch_id
),

numbered as (
    select
        opened.*,
        sum(case when is_opening then 1 else 0 end) over (
            partition by _record_key, rule, source_field order by arrival
        ) as episode
    from opened
),

grouped as (
    select
        _record_key,
        rule,
        source_field,
        max_by(field, arrival) filter (where is_broken) as field,
        max_by(dimension, arrival) filter (where is_broken) as dimension,
        max_by(severity, arrival) filter (where is_broken) as severity,
        min(business_date) as first_seen_on,
        min_by(_batch_id, arrival) as opening_batch_id,
        max(business_date) filter (where is_broken) as last_seen_on,
        min(business_date) filter (where not is_broken) as closed_on,
        min_by(_batch_id, arrival) filter (where not is_broken) as closing_batch_id,
        max_by(_batch_id, arrival) filter (where is_broken) as last_batch_id,
        count(distinct case when is_broken then _batch_id end) as times_returned,
        episode
    from numbered
    where episode > 0
    group by _record_key, rule, source_field, episode
),

final as (
    select
        {{ return_item_id() }} as return_item_id,
        coalesce(closing_batch_id, last_batch_id) as _batch_id,
        _record_key,
        rule,
        field,
        source_field,
        dimension,
        severity,
        first_seen_on,
        last_seen_on,
        closed_on,
        opening_batch_id,
        closing_batch_id,
        cast(times_returned as integer) as times_returned
    from grouped
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
