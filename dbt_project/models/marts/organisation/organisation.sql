{{ config(unique_key='organisation_id') }}

with mention as (
    select
        member.organisation_id,
        member.link_rule,
        mention.*
    from {{ ref('int_organisation__member') }} as member
    inner join {{ ref('int_organisation__mention') }} as mention on member.mention_key = mention.mention_key
),

grouped as (
    select
        organisation_id,
        max(credit_code) as credit_code,
        {{ newest('name', 'reported_at', 'mention_key') }} as name,
        {{ newest('village_code', 'reported_at', 'mention_key') }} as village_code,
        {{ newest('township_code', 'reported_at', 'mention_key') }} as township_code,
        count(*) as record_count,
        count(distinct platform) as platform_count,
        min({{ shanghai_date('reported_at') }}) as first_seen_on,
        max({{ shanghai_date('reported_at') }}) as last_seen_on,
        max(case when link_rule = 'credit_code' then 0 else 1 end) as has_name_link
    from mention
    group by 1
),

final as (
    select
        organisation_id,
        credit_code,
        case when {{ names_organisation('name') }} then name end as name_zh,
        kind.code as org_kind,
        village_code,
        township_code,
        cast(record_count as integer) as record_count,
        cast(platform_count as integer) as platform_count,
        first_seen_on,
        last_seen_on,
        cast(case when record_count > 1 then case has_name_link when 1 then 0.9 else 0.99 end end as decimal(4, 3))
            as link_confidence
    from grouped
    left join {{ ref('code_crosswalk') }} as kind
        on left(grouped.credit_code, 2) = kind.source_value and kind.code_list = 'organisation_kind'
)

{{ mart_rows('final') }}
