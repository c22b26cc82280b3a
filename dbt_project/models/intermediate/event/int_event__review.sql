{{ config(unique_key=['left_key', 'right_key']) }}

-- What people should look at: pairs whose weight lies near the threshold and that decide something, and the weakest
-- link of an event so large that it may be several. One pair stands for all between the same two events.
{%- set threshold = event_threshold() %}
{%- set doubt = var('event_doubt', 1.5) %}
with link as (
    select
        pair.left_key,
        pair.right_key,
        pair.weight,
        least(l.cluster, r.cluster) as cluster,
        greatest(l.cluster, r.cluster) as other_cluster
    from {{ ref('int_event__pair') }} as pair
    inner join {{ ref('int_event__cluster') }} as l on pair.left_key = l.record_key
    inner join {{ ref('int_event__cluster') }} as r on pair.right_key = r.record_key
    where pair.weight >= {{ threshold }} - {{ doubt }}
),

-- What holds each record in its event.
tie as (
    select left_key, right_key from link where cluster = other_cluster and weight >= {{ threshold }}
    union
    select least(record_key, other_key) as left_key, greatest(record_key, other_key) as right_key
    from {{ ref('int_event__edge') }}
    union
    select left_key, right_key
    from ({{ decisions('event', 'int_event__signal', 'record_key', named='record_key') }}) as decision
    where decision = 'must'
),

held as (
    select record_key, count(*) as ties
    from (
        select left_key as record_key from tie
        union all
        select right_key as record_key from tie
    ) as side
    group by 1
),

near as (
    select
        link.*,
        row_number() over (
            partition by cluster, other_cluster order by weight desc, left_key asc, right_key asc
        ) as place
    from link
    where cluster <> other_cluster and weight <= {{ threshold }} + {{ doubt }}
),

large as (
    select cluster from {{ ref('int_event__cluster') }}
    group by 1
    having count(*) > {{ var('event_large', 50) }}
),

found as (
    select
        left_key,
        right_key,
        weight,
        case when weight >= {{ threshold }} then 'above_threshold_apart' else 'below_threshold' end as reason
    from near
    where place = 1
    union all
    select link.left_key, link.right_key, link.weight, 'held_by_one_pair' as reason
    from link
    inner join held as l on link.left_key = l.record_key
    inner join held as r on link.right_key = r.record_key
    where
        link.cluster = link.other_cluster
        and link.weight between {{ threshold }} and {{ threshold }} + {{ doubt }}
        and 1 in (l.ties, r.ties)
    union all
    select left_key, right_key, weight, 'large_event' as reason
    from (
        select
            link.*,
            row_number() over (
                partition by link.cluster order by link.weight asc, link.left_key asc, link.right_key asc
            ) as place
        from link
        inner join large on link.cluster = large.cluster
        where link.cluster = link.other_cluster and link.weight >= {{ threshold }}
    ) as weakest
    where place = 1
),

final as (
    select left_key, right_key, weight, min(reason) as reason from found group by 1, 2, 3
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
