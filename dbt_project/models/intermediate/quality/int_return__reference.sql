{{ config(unique_key='return_item_id') }}

-- One row each time that a record began to name an unknown one: from the day on which that was seen to the one on which
-- the other record was known, or a version came that names none or a known one. Few rows, all computed each night.
with finding as (
    select
        dangling.*,
        least(known_on, replaced_on) as ended_on,
        case
            when known_on is not null and known_on <= coalesce(replaced_on, known_on) then knowing_batch_id
            else replacing_batch_id
        end as ending_batch_id,
        -- Version after version with the same fault is one item, unless it was mended in between.
        coalesce(
            lag(arrival) over versions = arrival - 1
            and coalesce(lag(known_on) over versions >= lag(replaced_on) over versions, true),
            false
        ) as goes_on
    from {{ ref('int_reference__dangling') }} as dangling
    window versions as (partition by _record_key, source_field order by arrival)
),

numbered as (
    select
        finding.*,
        sum(case when goes_on then 0 else 1 end) over (
            partition by _record_key, source_field order by arrival
        ) as episode
    from finding
),

grouped as (
    select
        _record_key,
        rule,
        field,
        source_field,
        dimension,
        severity,
        episode,
        min(judged_on) as first_seen_on,
        max(judged_on) as last_seen_on,
        -- Only the last of them can still be open.
        case when count(ended_on) = count(*) then max(ended_on) end as closed_on,
        case when count(ended_on) = count(*) then max_by(ending_batch_id, arrival) end as closing_batch_id,
        min_by(_batch_id, arrival) as opening_batch_id,
        cast(count(distinct _batch_id) as integer) as times_returned
    from numbered
    group by 1, 2, 3, 4, 5, 6, 7
),

final as (
    select
        {{ return_item_id() }} as return_item_id,
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
        times_returned
    from grouped
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
