-- A pair of records tied by a number, but put into different events: the search for components did not settle.
select
    edge.record_key,
    edge.other_key
from {{ ref('int_event__edge') }} as edge
inner join {{ ref('int_event__member') }} as one on edge.record_key = one._record_key
inner join {{ ref('int_event__member') }} as other on edge.other_key = other._record_key
where one.event_id <> other.event_id
