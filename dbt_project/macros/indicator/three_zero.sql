{#- The counts of three_zero_status; petition_raised_count also has the petitions that are resolved. -#}
{% macro three_zero_counts() -%}
    {{ return([
        'petition_count', 'petition_raised_count', 'casualty_accident_count', 'criminal_case_count',
        'major_public_order_count'
    ]) }}
{%- endmacro %}

{#-
CTE `before`: (unit_kind, unit_id, month, count_name, event_id) that counted before this business date, by the last
publication. If that one was of this date already, what it revised is taken back; relation `told` has its revisions.
So a night that is run again says the same, also after it was published.
-#}
{% macro counted_before(key) -%}
undone as (
    select {{ key | join(', ') }}, {{ each_entry('event_ids_added') }} as event_id from told
),

restored as (
    select {{ key | join(', ') }}, {{ each_entry('event_ids_removed') }} as event_id from told
),

before as (
    select * from held
    except
    select * from undone
    union
    select * from restored
)
{%- endmacro %}

{#-
CTEs up to `caused`: the rows of `moved` (key, event_id, is_added) with what made the event count or not count any more, and
its weight, the smallest of which a changed count names. Needs `known` (events as published), `before`, and what linkage
did with events and organisations this night.
-#}
{% macro revision_causes() -%}
linked as (
    {%- for id in ['entity_id', 'other_id'] %}
    select entity_kind, {{ id }} as entity_id, change
    from {{ ref('entity_history') }}
    where changed_on = {{ session_value('business_date', 'date') }} and change in ('merge', 'split')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

relinked as (
    select entity_id, min(change) as change from linked where entity_kind in ('event', 'organisation') group by 1
),

explained as (
    select
        moved.*,
        case
            when moved.count_name = 'petition_count' and not moved.is_added and still.event_id is not null then 'closed'
            when moved.count_name = 'petition_count' and moved.is_added and raised.event_id is not null then 'reopened'
            when coalesce(of_event.change, of_unit.change) is not null then coalesce(of_event.change, of_unit.change)
            when not moved.is_added and present.event_id is null then 'withdrawn'
            when moved.is_added and known.event_id is null then 'late_report'
            when moved.is_added and left(moved.count_name, 8) = 'petition' and not known.is_petition then 'late_report'
            else 'corrected'
        end as cause
    from moved
    left join before as raised
        on {{ alike('moved', 'raised', ['unit_kind', 'unit_id', 'month', 'event_id']) }}
        and raised.count_name = 'petition_raised_count'
    left join now as still
        on {{ alike('moved', 'still', ['unit_kind', 'unit_id', 'month', 'event_id']) }}
        and still.count_name = 'petition_raised_count'
    left join relinked as of_event on moved.event_id = of_event.entity_id
    left join relinked as of_unit on moved.unit_id = of_unit.entity_id
    left join {{ ref('event') }} as present on moved.event_id = present.event_id
    left join known on moved.event_id = known.event_id
),

caused as (
    select
        explained.*,
        case cause
            {%- for cause in ['merge', 'split', 'withdrawn', 'reopened', 'closed', 'corrected', 'late_report'] %}
            when '{{ cause }}' then {{ loop.index }}
            {%- endfor %}
        end as weight
    from explained
)
{%- endmacro %}
