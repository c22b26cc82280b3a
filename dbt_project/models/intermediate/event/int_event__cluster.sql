{{ config(
    unique_key='record_key',
    meta={'scope': 'groups', 'group': 'component', 'driver': 'int_event__signal', 'key': 'record_key'}
) }}

-- Which reports speak of one event: average linkage over the weights of pairs, where a number that ties two records is
-- certain. Only components that the night touches are clustered again; no other can come out differently.
with decision as ({{ decisions('event', 'int_event__signal', 'record_key', named='record_key') }}),

link as (
    select record_key as left_key, other_key as right_key from {{ ref('int_event__edge') }}
    union
    select left_key, right_key from decision
    union
    select left_key, right_key from {{ ref('int_event__pair') }} where weight >= {{ event_threshold() }}
),

{{ affected('link', 'int_event__signal', 'record_key', kind='event') }},

edge as (
    select link.left_key as a, link.right_key as b
    from link
    inner join affected as l on link.left_key = l.record_key
    inner join affected as r on link.right_key = r.record_key
),

{{ components('edge') }},

weighed as (
    select component.label as component, pair.left_key, pair.right_key, pair.weight
    from {{ ref('int_event__pair') }} as pair
    inner join component on pair.left_key = component.node
),

certain as (
    select component.label as component, said.left_key, said.right_key, said.decision
    from (
        select record_key as left_key, other_key as right_key, 'must' as decision from {{ ref('int_event__edge') }}
        union all
        select left_key, right_key, decision from decision
    ) as said
    inner join component on said.left_key = component.node
),

clustered as ({{ clustered_by_average('component', 'weighed', 'certain', event_threshold(), event_missing()) }}),

final as (
    select
        affected.record_key,
        coalesce(clustered.component, affected.record_key) as component,
        coalesce(clustered.label, affected.record_key) as cluster
    from affected
    inner join {{ ref('int_event__signal') }} as signal on affected.record_key = signal.record_key
    left join clustered on affected.record_key = clustered.node
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
