{{ config(
    unique_key=['left_key', 'right_key'],
    meta={'scope': 'pairs', 'driver': 'int_person__mention', 'key': 'profile_key'}
) }}

-- Pairs of profiles that may be one person: found by a shared key, compared, decided by rule or by weight. A pair
-- depends on its two profiles alone, so only profiles that the night touches are compared with all others.
with profile as (
    select
        profile_key,
        {%- for column in person_particulars() %}
        min({{ column }}) as {{ column }},
        {%- endfor %}
        min(township_code) as township_code,
        min(reported_at) as first_seen_at,
        right(min(coalesce(id_no, id_text)), 4) as id_tail
    from {{ ref('int_person__mention') }}
    group by 1
),

fresh as (
    select * from profile
    where {{ touched_keys('int_person__mention', 'profile_key') if is_incremental() else 'true' }}
),

-- A key that too many share (a hotline, a factory's gate) tells nothing and would cost its square.
crowded as (
    select phone from profile
    where phone is not null
    group by 1
    having count(*) > {{ var('crowded_phone', 200) }}
),

candidate as (
    {%- for keys in person_blocks() %}
    select
        least(l.profile_key, r.profile_key) as left_key,
        greatest(l.profile_key, r.profile_key) as right_key
    from fresh as l
    inner join profile as r
        on
            {%- for key in keys %}
            l.{{ key }} = r.{{ key }} and
            {%- endfor %}
            l.profile_key <> r.profile_key
            -- Two valid numbers are two persons, unless one of them was somebody else's: then the name tells.
            and (
                l.id_no is null or r.id_no is null or l.id_no = r.id_no
                {{ 'or l.name = r.name' if keys == ['phone'] }}
            )
    {%- if 'phone' in keys %}
    where l.phone not in (select phone from crowded)
    {%- elif 'township_code' in keys %}
    -- Only where a number is missing; several of that name in the township leave it open.
    where not l.is_masked and not r.is_masked and (l.id_no is null or r.id_no is null)
    {%- endif %}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        candidate.left_key,
        candidate.right_key,
        {{ person_rule() }} as rule,
        {{ weights_may_tell() }} as may_tell,
        {{ match_weight(person_model()) }} as weight
    from candidate
    inner join profile as l on candidate.left_key = l.profile_key
    inner join profile as r on candidate.right_key = r.profile_key
),

final as (
    select
        left_key,
        right_key,
        coalesce(rule, 'weights') as rule,
        -- Certain rules come before any sum of weights, in their own order.
        cast(
            case rule
                {%- for name, strength in person_strengths().items() %}
                when '{{ name }}' then {{ strength }}
                {%- endfor %}
                else least(weight, 35)
            end as decimal(6, 2)
        ) as weight
    from compared
    where rule is not null or (may_tell and weight >= {{ var('person_least_weight', 16) }})
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
