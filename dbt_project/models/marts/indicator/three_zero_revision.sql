{%- set key = ['unit_kind', 'unit_id', 'month', 'count_name'] -%}
{{ config(
    unique_key=key + ['revised_on'], meta={'scope': 'unpublished_days', 'day': 'revised_on'}
) }}

-- What the last publication said of a unit's month, and what is known now. A month that merely goes on is not revised:
-- events of the business date itself are new.
{%- set lists = {'event_ids_added': 'varchar[]', 'event_ids_removed': 'varchar[]'} %}
{%- set counted = {'unit_kind': 'varchar', 'unit_id': 'varchar', 'month': 'date', 'count_name': 'varchar'} %}
with published_unit as (
    {{ published(this.schema, 'three_zero_status', {
        'unit_kind': 'varchar', 'unit_id': 'varchar', 'month': 'date', 'division_code': 'varchar'
    }) }}
),

held as (
    {{ published(this.schema, 'three_zero_event', dict(counted, event_id='varchar')) }}
),

known as (
    {{ published(this.schema, 'event', {'event_id': 'varchar', 'is_petition': 'boolean'}) }}
),

revised as (
    {{ published(this.schema, this.identifier, dict(
        counted, division_code='varchar', revised_on='date', cause='varchar', **lists
    )) }}
),

told as (
    select * from revised where revised_on = {{ session_value('business_date', 'date') }}
),

{{ counted_before(key) }},

now as (
    select {{ key | join(', ') }}, event_id, counted_on from {{ ref('three_zero_event') }}
),

moved as (
    select
        {%- for column in key + ['event_id'] %}
        coalesce(now.{{ column }}, before.{{ column }}) as {{ column }},
        {%- endfor %}
        before.event_id is null as is_added,
        now.counted_on
    from now
    full outer join before on {{ alike('now', 'before', key + ['event_id']) }}
    where now.event_id is null or before.event_id is null
),

{{ revision_causes() }},

grouped as (
    select
        {{ key | join(', ') }},
        {{ sorted_set('event_id', 'is_added') }} as event_ids_added,
        {{ sorted_set('event_id', 'not is_added') }} as event_ids_removed,
        min_by(cause, weight) as cause
    from caused
    group by all
    having not bool_and(cause = 'late_report' and counted_on >= {{ session_value('business_date', 'date') }})
),

counted as (
    select {{ key | join(', ') }}, count(*) filter (where was) as was, count(*) filter (where is_now) as is_now
    from (
        select {{ key | join(', ') }}, true as was, false as is_now from before
        union all
        select {{ key | join(', ') }}, false as was, true as is_now from now
    ) as either
    group by all
),

final as (
    select
        grouped.unit_kind,
        grouped.unit_id,
        -- A unit that this night did away with is not among those published any more when the night is run again.
        coalesce(told.division_code, published_unit.division_code) as division_code,
        grouped.month,
        {{ session_value('business_date', 'date') }} as revised_on,
        grouped.count_name,
        cast(counted.was as integer) as was,
        cast(counted.is_now as integer) as is_now,
        grouped.event_ids_added,
        grouped.event_ids_removed,
        -- Why is told against what was published before; of the same change it has been told already.
        case
            when
                told.event_ids_added = grouped.event_ids_added
                and told.event_ids_removed = grouped.event_ids_removed
                then told.cause
            else grouped.cause
        end as cause
    from grouped
    left join published_unit on {{ alike('grouped', 'published_unit', key[:3]) }}
    inner join counted on {{ alike('grouped', 'counted', key) }}
    left join told on {{ alike('grouped', 'told', key) }}
    where counted.was <> counted.is_now and coalesce(told.unit_id, published_unit.unit_id) is not null
)

{{ mart_rows('final') }}
