{%- set sources = organisation_sources() -%}
{{ config(unique_key='mention_key', meta={'scope': 'records', 'driver': sources.keys() | list}) }}

-- An organisation as one record names it: full name, and apart from each other the branch and the core without division
-- and legal form. Mentions with equal particulars have one `profile_key`.
with written as (
    {%- for model, columns in sources.items() %}
    {{ as_organisations(model, columns) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select
        written.*,
        {{ organisation_name_key('name') }} as name_key,
        {{ address_written('place_text') }} as address
    from written
),

branched as (
    select
        named.*,
        {{ organisation_branch('name_key') }} as part
    from named
),

split as (
    select
        branched.*,
        nullif(part.branch, '') as branch,
        case when part.branch <> '' then part.head else name_key end as head_key
    from branched
),

full_name as (
    select head_key as key, head_key as text, min(township_code) as known
    from split
    where head_key is not null
    group by 1
),

front as ({{ division_front('full_name', 'upper', short=true) }}),

compared as (
    select
        split._record_key || '#organisation' as mention_key,
        split._record_key,
        split._batch_id,
        split.platform,
        split.is_register,
        split.name,
        split.name_key,
        split.head_key,
        split.branch,
        case
            when length(split.head_key) - coalesce(front.size, 0) >= 2
                then {{ organisation_core('substr(split.head_key, coalesce(front.size, 0) + 1)') }}
            else split.head_key
        end as core,
        split.credit_code,
        {{ person_name('split.head') }} as head,
        split.phone,
        split.address,
        split.industry,
        split.village_code,
        split.township_code,
        split.reported_at
    from split
    left join front on split.head_key = front.key
),

final as (
    select
        compared.*,
        {{ profile_key('organisation', organisation_particulars()) }} as profile_key
    from compared
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
