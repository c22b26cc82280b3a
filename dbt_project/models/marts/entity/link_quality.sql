{{ config(unique_key=['entity_kind', 'measure', 'item']) }}

-- How linkage did, in counts of records, pairs and sources, so that a change is seen before anybody is misled by it.
-- It says nothing of any entity. `base` is what a count is a part of.
{%- set kinds = {
    'person': 'person_id', 'event': 'event_id', 'organisation': 'organisation_id', 'place': 'place_id'
} %}
with member as (
    {%- for kind, id in kinds.items() %}
    select '{{ kind }}' as entity_kind, {{ id }} as entity_id, link_rule
    from {{ ref('int_' ~ kind ~ '__member') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

entity as (
    select entity_kind, entity_id, count(*) as records from member group by 1, 2
),

sized as (
    select
        entity_kind,
        case
            when records <= 3 then cast(records as varchar)
            when records <= 10 then '4-10'
            when records <= {{ var('large_entity', 50) }} then '11-{{ var("large_entity", 50) }}'
            else 'over {{ var("large_entity", 50) }}'
        end as item
    from entity
),

-- Pairs that weights alone speak of; a rule's strength is no weight.
weighed as (
    select 'person' as entity_kind, weight from {{ ref('int_person__pair') }} where rule = 'weights'
    union all
    select 'event' as entity_kind, weight from {{ ref('int_event__pair') }}
),

source_record as (
    select
        'person' as entity_kind,
        split_part(_record_key, ':', 1) as feed,
        coalesce(id_no, id_text, account, phone, home_site, cast(birth_date as varchar)) is null as is_unlinkable,
        id_no is null as lacks_id
    from {{ ref('int_person__mention') }}
    union all
    select
        'event' as entity_kind,
        feed,
        coalesce(address, phone, id_no, person_name, village_code, cast(lon as varchar)) is null as is_unlinkable,
        null as lacks_id
    from {{ ref('int_event__signal') }}
),

counted as (
    select entity_kind, 'records_by_rule' as measure, link_rule as item, count(*) as value from member group by all
    union all
    select entity_kind, 'entities_by_size' as measure, item, count(*) as value from sized group by all
    union all
    select
        entity_kind,
        'pairs_by_bits' as measure,
        cast(cast(floor(weight) as integer) as varchar) as item,
        count(*) as value
    from weighed group by all
    union all
    select 'person' as entity_kind, 'review_queue' as measure, reason as item, count(*) as value
    from {{ ref('int_person__review') }} group by all
    union all
    select 'event' as entity_kind, 'review_queue' as measure, reason as item, count(*) as value
    from {{ ref('int_event__review') }} group by all
),

summed as (
    select counted.*, cast(sum(value) over (partition by entity_kind, measure) as bigint) as base from counted
    union all
    select
        entity_kind,
        'unlinkable_by_feed' as measure,
        feed as item,
        count_if(is_unlinkable) as value,
        count(*) as base
    from source_record group by all
    union all
    select entity_kind, 'without_id_by_feed' as measure, feed as item, count_if(lacks_id) as value, count(*) as base
    from source_record
    where entity_kind = 'person'
    group by all
    union all
    select
        'person' as entity_kind,
        'linked_by_group' as measure,
        item,
        count_if(is_linked) as value,
        count(*) as base
    from ({{ person_groups() }}) as grouped
    group by all
),

final as (
    select
        entity_kind,
        measure,
        item,
        cast(value as bigint) as value,
        base,
        round(value / cast(base as double), 6) as share
    from summed
)

{{ mart_rows('final') }}
