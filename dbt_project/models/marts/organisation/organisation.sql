{{ config(unique_key='organisation_id') }}

with mention as (
    select
        member.organisation_id,
        member.link_rule,
        mention.*,
        -- What a register says of an organisation comes before what reports do.
        (case when mention.is_register then '1' else '0' end) || cast(mention.reported_at as varchar) as standing
    from {{ ref('int_organisation__member') }} as member
    inner join {{ ref('int_organisation__mention') }} as mention on member.mention_key = mention.mention_key
),

grouped as (
    select
        organisation_id,
        max(credit_code) as credit_code,
        {{ newest('name', 'standing', 'mention_key') }} as name,
        {{ newest('industry', 'standing', 'mention_key') }} as industry,
        {{ newest('village_code', 'standing', 'mention_key') }} as village_code,
        {{ newest('township_code', 'standing', 'mention_key') }} as township_code,
        count(*) as record_count,
        count(distinct platform) as platform_count,
        min({{ shanghai_date('reported_at') }}) as first_seen_on,
        max({{ shanghai_date('reported_at') }}) as last_seen_on,
        max(case when link_rule = 'credit_code' then 0 when link_rule = 'core_and_region' then 2 else 1 end) as weakest
    from mention
    group by 1
),

-- The head office bears the branch's name without the branch, and is the only one that does.
head_office as (
    select name_key, min(organisation_id) as organisation_id
    from mention
    where branch is null
    group by 1
    having count(distinct organisation_id) = 1
),

parent as (
    select mention.organisation_id, {{ agreed('head_office.organisation_id') }} as parent_organisation_id
    from mention
    inner join head_office on mention.head_key = head_office.name_key
    where mention.branch is not null and mention.organisation_id <> head_office.organisation_id
    group by 1
),

final as (
    select
        grouped.organisation_id,
        credit_code,
        case when {{ names_organisation('name') }} then name end as name_zh,
        kind.code as org_kind,
        parent.parent_organisation_id,
        industry,
        village_code,
        township_code,
        coalesce(village_code, township_code) as division_code,
        cast(record_count as integer) as record_count,
        cast(platform_count as integer) as platform_count,
        first_seen_on,
        last_seen_on,
        cast(
            case when record_count > 1 then case weakest when 0 then 0.99 when 1 then 0.95 else 0.9 end end
            as decimal(4, 3)
        ) as link_confidence
    from grouped
    left join parent on grouped.organisation_id = parent.organisation_id
    left join {{ ref('code_crosswalk') }} as kind
        on left(grouped.credit_code, 2) = kind.source_value and kind.code_list = 'organisation_kind'
)

{{ mart_rows('final') }}
