{{ config(unique_key='mention_key') }}

-- Which organisation each mention is: by credit code; without one, by full name within a township, where a name that
-- one code alone bears there stands for that code.
with mention as (
    select
        mention_key,
        _record_key,
        credit_code,
        name_key,
        coalesce(township_code, '') as township
    from {{ ref('int_organisation__mention') }}
),

bearer as (
    select name_key, township, min(credit_code) as credit_code
    from mention
    where credit_code is not null and name_key is not null
    group by 1, 2
    having count(distinct credit_code) = 1
),

decided as (
    select
        mention.mention_key,
        mention._record_key,
        coalesce(
            'code:' || mention.credit_code,
            'code:' || bearer.credit_code,
            'name:' || mention.name_key || '|' || mention.township
        ) as identity,
        case
            when mention.credit_code is not null then 'credit_code'
            when bearer.credit_code is not null then 'name_of_credit_code'
            else 'full_name'
        end as link_rule
    from mention
    left join bearer on mention.name_key = bearer.name_key and mention.township = bearer.township
),

final as (
    select
        mention_key,
        _record_key,
        'O-' || left(md5(identity), 16) as organisation_id,
        link_rule
    from decided
    where identity is not null
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
