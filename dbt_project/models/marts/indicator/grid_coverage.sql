{{ config(unique_key=['division_code', 'month']) }}

-- The grids in use at the end of each month (this month: today) and what they did in it. A version of a grid counts
-- from the month in which it arrived, the first one also for the months before, so that no past month is rewritten.
with version as (
    select
        _record_key,
        status,
        coalesce(cast(parse_number(full_time_members) as integer), 0) as full_time_members,
        coalesce(cast(parse_number(part_time_members) as integer), 0) as part_time_members,
        {{ month_of(shanghai_date("_interval_end - interval '1' second")) }} as month,
        row_number() over (
            partition by _record_key order by _interval_end, _updated_at nulls first, _source_uri, _row_number
        ) as number
    from {{ ref('base_grid__grid') }}
    where _disposition = 'accepted'
),

coded as ({{ coded('version', 'grid', {'status': 'grid_state'}) }}),

activity as (
    select
        division_code,
        {{ month_of('active_on') }} as month,
        activity_kind,
        times
    from {{ ref('stg_grid__activity') }}
    where active_on is not null
),

month as (
    select month from activity
    union
    select month from version
    union
    select {{ month_of(session_value('business_date', 'date')) }} as month
),

standing as (
    select
        month.month,
        coded.*,
        row_number() over (partition by month.month, coded._record_key order by coded.number desc) as recency
    from (select *, case when number = 1 then date '1900-01-01' else month end as valid_from from coded) as coded
    inner join month on coded.valid_from <= month.month
),

counted as (
    select
        located.division_code,
        standing.month,
        standing.full_time_members,
        standing.part_time_members,
        standing.full_time_members + standing.part_time_members as members,
        cast(null as varchar) as activity_kind,
        0 as times,
        1 as grids
    from standing
    inner join {{ ref('stg_grid__grid') }} as located on standing._record_key = located._record_key
    where standing.recency = 1 and standing.status_code = 'active'
    union all
    select
        division_code,
        month,
        0 as full_time_members,
        0 as part_time_members,
        cast(null as integer) as members,
        activity_kind,
        times,
        0 as grids
    from activity
),

placed as ({{ rolled_up('counted') }}),

final as (
    select
        {{ area_and_month() }},
        cast(sum(grids) as integer) as grid_count,
        cast(sum(full_time_members) as integer) as full_time_members,
        cast(sum(part_time_members) as integer) as part_time_members,
        cast(coalesce(sum(members), 0) as integer) as member_count,
        {%- for kind in ['visit', 'publicity', 'volunteer'] %}
        cast(coalesce(sum(case when activity_kind = '{{ kind }}' then times end), 0) as integer) as {{ kind }}_count,
        {%- endfor %}
        {{ count_of('members = 0') }} as grids_without_member
    from placed
    group by {{ by_division() }}
)

{{ mart_rows('final') }}
