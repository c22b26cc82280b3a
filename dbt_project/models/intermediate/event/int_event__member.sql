{{ config(unique_key='_record_key') }}

-- Which event each live record reports, under the ID by which consumers know it. A call that repeats, urges or was
-- merged into another founds no event; it is a report of the one it belongs to, or of none.
with record as (
    select
        cluster.record_key as _record_key,
        cluster.cluster,
        not coalesce(record.is_merged or record.relation in ('repeat', 'urging', 'nuisance'), false) as is_founding,
        count(*) over (partition by cluster.cluster) > 1 as is_shared
    from {{ ref('int_event__cluster') }} as cluster
    inner join {{ ref('int_record') }} as record on cluster.record_key = record._record_key
),

current_cluster as (
    select _record_key as key, cluster
    from (select *, bool_or(is_founding) over (partition by cluster) as is_event from record) as reported
    where is_event
),

before as (
    {{ published('intermediate', 'int_event__member', {'_record_key': 'varchar', 'event_id': 'varchar'}) }}
),

published as (
    select _record_key as key, event_id as entity_id from before
),

{{ identified('current_cluster', 'published', 'E-', 'event') }},

tie as (
    select record_key, min(link_rule) as link_rule from {{ ref('int_event__edge') }} group by 1
),

pointed_at as (
    select other_key as record_key from {{ ref('int_event__edge') }} group by 1
),

-- The strongest pair that holds a report in its event.
bond as (
    select node as record_key, max(weight) as weight
    from ({{ bonds(ref('int_event__pair'), 'record', ['weight'], key='_record_key', label='cluster') }}) as way
    group by 1
),

final as (
    select
        record._record_key,
        identified.entity_id as event_id,
        record.is_founding,
        case
            when not record.is_shared then 'single'
            when tie.link_rule is not null then tie.link_rule
            when pointed_at.record_key is not null then 'named_by_other'
            when bond.weight >= {{ event_threshold() }} then 'likeness'
            else 'decision'
        end as link_rule,
        case when record.is_shared and tie.link_rule is null and pointed_at.record_key is null then bond.weight end
            as link_weight
    from record
    inner join identified on record._record_key = identified.key
    left join tie on record._record_key = tie.record_key
    left join pointed_at on record._record_key = pointed_at.record_key
    left join bond on record._record_key = bond.record_key
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
