{{ config(unique_key='_record_key') }}

-- Which event each live record reports: the connected component of its references. A call that repeats, urges or was
-- merged into another founds no event; it is a report of the one it belongs to, or of none.
with record as (
    select
        _record_key,
        not coalesce(is_merged or relation in ('repeat', 'urging', 'nuisance'), false) as is_founding
    from {{ ref('int_record') }}
    where is_live
),

edge as (
    select record_key as a, other_key as b from {{ ref('int_event__edge') }}
),

{{ components('edge') }},

labelled as (
    select
        record._record_key,
        record.is_founding,
        coalesce(component.label, record._record_key) as label
    from record
    left join component on record._record_key = component.node
),

cluster as (
    select label, bool_or(is_founding) as is_event from labelled group by 1
),

named as (
    select record_key, min(link_rule) as link_rule from {{ ref('int_event__edge') }} group by 1
),

final as (
    select
        labelled._record_key,
        'E-' || left(md5(labelled.label), 16) as event_id,
        labelled.is_founding,
        case
            when component.node is null then 'single'
            else coalesce(named.link_rule, 'named_by_other')
        end as link_rule
    from labelled
    inner join cluster on labelled.label = cluster.label
    left join component on labelled._record_key = component.node
    left join named on labelled._record_key = named.record_key
    where cluster.is_event
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
