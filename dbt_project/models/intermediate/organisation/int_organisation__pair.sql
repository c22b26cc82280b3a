{%- set rules = organisation_rules() -%}
{{ config(
    unique_key=['left_key', 'right_key'],
    meta={'scope': 'pairs', 'driver': 'int_organisation__mention', 'key': 'profile_key', 'kind': 'organisation'}
) }}

-- Pairs of profiles that are one organisation by a rule, unless something speaks against it: two credit codes, or one
-- of them a branch of the other. A pair depends on its two profiles alone.
with profile as (
    select
        profile_key,
        {%- for column in organisation_particulars() %}
        min({{ column }}) as {{ column }},
        {%- endfor %}
        count(*) as mention_count
    from {{ ref('int_organisation__mention') }}
    group by 1
),

fresh as (
    select * from profile
    where
        {{
            touched_keys('int_organisation__mention', 'profile_key', kind='organisation') if is_incremental() else 'true'
        }}
),

met as (
    {%- for columns in [
        ['credit_code'], ['name_key'], ['core', 'head'], ['core', 'phone'], ['core', 'address'], ['core', 'township_code']
    ] %}
    select
        least(l.profile_key, r.profile_key) as left_key,
        greatest(l.profile_key, r.profile_key) as right_key
    from fresh as l
    inner join profile as r
        on
            {%- for column in columns %}
            l.{{ column }} = r.{{ column }} and
            {%- endfor %}
            l.profile_key <> r.profile_key
            and coalesce(l.credit_code = r.credit_code, true)
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

ruled as (
    select
        met.left_key,
        met.right_key,
        case
            when l.credit_code = r.credit_code then 'credit_code'
            when coalesce(l.branch, '') <> coalesce(r.branch, '') then null
            {%- for rule, one in rules.items() if rule != 'credit_code' %}
            when {{ one['holds'] }} then '{{ rule }}'
            {%- endfor %}
        end as rule
    from met
    inner join profile as l on met.left_key = l.profile_key
    inner join profile as r on met.right_key = r.profile_key
),

final as (
    select
        left_key,
        right_key,
        rule,
        cast(case rule
            {%- for rule, one in rules.items() %}
            when '{{ rule }}' then {{ one['weight'] }}
            {%- endfor %}
        end as decimal(6, 2)) as weight
    from ruled
    where rule is not null
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
