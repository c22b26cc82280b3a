{%- set counts = three_zero_counts() -%}
{{ config(unique_key=['unit_kind', 'unit_id', 'month']) }}

-- Zero petitions, accidents and cases, of each creating unit and month: a unit of which nothing is known has kept all
-- three. A month before the city's first report is there only for the units in which something happened.
with village as (
    select code.village_code
    from {{ ref('stg_grid__grid') }} as grid
    inner join {{ ref('stg_division_code') }} as code on grid.division_code = code.code12
    union
    select village_code from {{ ref('event') }}
),

unit as (
    select
        'village' as unit_kind,
        village.village_code as unit_id,
        code.village_name as unit_name_zh,
        village.village_code as division_code
    from village
    left join {{ ref('stg_division_code') }} as code on village.village_code = code.code12
    where village.village_code is not null
    union all
    select 'organisation' as unit_kind, organisation_id, name_zh, village_code
    from {{ ref('organisation') }}
    where village_code is not null
),

span as (
    select {{ month_of(shanghai_date('min(first_reported_at)')) }} as first_month from {{ ref('event') }}
),

month as (
    select distinct cast(date_trunc('month', day) as date) as month
    from (select {{ each_day('first_month', session_value('business_date', 'date')) }} as day from span) as each_one
),

unit_month as (
    select unit.unit_kind, unit.unit_id, month.month from unit cross join month
    union
    select unit_kind, unit_id, month from {{ ref('three_zero_event') }}
),

counted as (
    select
        unit_month.unit_kind,
        unit_month.unit_id,
        unit_month.month,
        {%- for name in counts %}
        cast(count(*) filter (where event.count_name = '{{ name }}') as integer) as {{ name }},
        {%- endfor %}
        {{ sorted_set('event.event_id', "event.count_name <> 'petition_raised_count'") }} as event_ids
    from unit_month
    left join {{ ref('three_zero_event') }} as event
        on {{ alike('unit_month', 'event', ['unit_kind', 'unit_id', 'month']) }}
    group by 1, 2, 3
),

final as (
    select
        counted.unit_kind,
        counted.unit_id,
        unit.unit_name_zh,
        unit.division_code,
        counted.month,
        {%- for name in counts %}
        {{ name }},
        {%- endfor %}
        petition_count = 0 as is_zero_petition,
        casualty_accident_count = 0 as is_zero_accident,
        criminal_case_count + major_public_order_count = 0 as is_zero_case,
        petition_count + casualty_accident_count + criminal_case_count + major_public_order_count = 0 as is_three_zero,
        event_ids
    from counted
    inner join unit on counted.unit_kind = unit.unit_kind and counted.unit_id = unit.unit_id
)

{{ mart_rows('final') }}
