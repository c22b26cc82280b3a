{{ config(unique_key='person_id') }}

with mention as (
    select
        member.person_id,
        member.link_rule,
        member.id_no as own_id_no,
        mention.*
    from {{ ref('int_person__member') }} as member
    inner join {{ ref('int_person__mention') }} as mention on member.mention_key = mention.mention_key
),

grouped as (
    select
        person_id,
        max(own_id_no) as id_no,
        {{ agreed('sex') }} as stated_sex,
        {{ newest('township_code', 'reported_at', 'mention_key') }} as township_code,
        count(*) as record_count,
        count(distinct platform) as platform_count,
        min({{ shanghai_date('reported_at') }}) as first_seen_on,
        max({{ shanghai_date('reported_at') }}) as last_seen_on,
        min({{ person_confidence('link_rule') }}) as link_confidence
    from mention
    group by 1
),

final as (
    select
        person_id,
        -- The 17th digit of an ID number is odd for men, even for women.
        coalesce(case cast(substr(id_no, 17, 1) as integer) % 2 when 1 then '1' when 0 then '2' end, stated_sex) as sex,
        substr(id_no, 7, 3) || '0-' || substr(id_no, 7, 3) || '9' as birth_year_band,
        township_code,
        id_no is not null as has_valid_id,
        cast(record_count as integer) as record_count,
        cast(platform_count as integer) as platform_count,
        first_seen_on,
        last_seen_on,
        -- As sure as the weakest link; one record is no link at all.
        cast(case when record_count > 1 then link_confidence end as decimal(4, 3)) as link_confidence
    from grouped
)

{{ mart_rows('final') }}
