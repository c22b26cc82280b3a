{{ config(unique_key='event_id') }}

-- One row for one thing that happened. Kind, category and grade come from the report of the highest authority for
-- them; a fact that this report lacks comes from the next that has it.
with report as (
    select
        member.event_id,
        member.is_founding,
        record.*,
        place.place_id,
        coalesce(record.village_code, mention.village_code) as any_village_code,
        (
            case when member.is_founding then '0' else '1' end
            || case record.platform when 'emergency' then '1' when 'police' then '2' when 'grid' then '3' else '4' end
            || cast(record.reported_at as varchar) || record._record_key
        ) as authority,
        cast(record.reported_at as varchar) || record._record_key as arrival,
        case record.status
            when 'received' then 1 when 'dispatched' then 2 when 'handling' then 3 when 'transferred' then 4
            when 'closed' then 5 when 'archived' then 6
        end as status_rank
    from {{ ref('int_event__member') }} as member
    inner join {{ ref('int_record') }} as record on member._record_key = record._record_key
    left join {{ ref('int_place__member') }} as place on record._record_key = place._record_key
    left join {{ ref('int_place__mention') }} as mention on record._record_key = mention._record_key
),

grouped as (
    select
        event_id,
        {{ by_authority('event_kind') }} as event_kind,
        {{ by_authority('category') }} as category,
        {{ by_authority('grade') }} as grade,
        {{ by_authority('outcome') }} as outcome,
        {{ by_authority('place_id') }} as place_id,
        {{ by_authority('division_code') }} as division_code,
        {{ by_authority('any_village_code') }} as village_code,
        {{ by_authority('township_code') }} as township_code,
        {{ by_authority('grid_code') }} as grid_code,
        min(case when time_precision = 'exact' then occurred_at end) as occurred_exactly_at,
        min(case when time_precision = 'day' then occurred_at end) as occurred_on,
        min(occurred_at) as first_known_at,
        min(reported_at) as first_reported_at,
        min_by(platform, arrival) as first_platform,
        min(status_rank) filter (where is_founding) as status_rank,
        max(closed_at) as closed_at,
        count(*) as report_count,
        count(distinct platform) as platform_count,
        max(deaths) as deaths,
        max(serious_injuries) as serious_injuries,
        max(people_count) as persons_involved,
        bool_or(platform = 'petition') as is_petition,
        bool_or(event_kind = 'accident' and coalesce(deaths, 0) + coalesce(serious_injuries, 0) > 0)
            as is_casualty_accident,
        bool_or(event_kind = 'criminal_case') as is_criminal_case,
        bool_or(event_kind = 'public_order' and (grade in ('01', '02') or scale = '03')) as is_major_public_order
    from report
    group by 1
),

final as (
    select
        event_id,
        event_kind,
        category,
        coalesce(occurred_exactly_at, occurred_on, first_known_at) as occurred_at,
        case
            when occurred_exactly_at is not null then 'exact'
            when occurred_on is not null then 'day'
            else 'reported'
        end as time_precision,
        place_id,
        -- Who may see a village's events sees those that its counts hold, so the village leads.
        coalesce(village_code, division_code) as division_code,
        village_code,
        township_code,
        grid_code,
        grade,
        case status_rank
            when 1 then 'received' when 2 then 'dispatched' when 3 then 'handling' when 4 then 'transferred'
            when 5 then 'closed' when 6 then 'archived'
        end as status,
        outcome,
        first_reported_at,
        first_platform,
        cast(report_count as integer) as report_count,
        cast(platform_count as integer) as platform_count,
        deaths,
        serious_injuries,
        persons_involved,
        case when status_rank >= 5 then closed_at end as closed_at,
        coalesce(is_petition, false) as is_petition,
        coalesce(is_casualty_accident, false) as is_casualty_accident,
        coalesce(is_criminal_case, false) as is_criminal_case,
        coalesce(is_major_public_order, false) as is_major_public_order
    from grouped
)

{{ mart_rows('final') }}
