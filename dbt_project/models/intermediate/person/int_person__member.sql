{{ config(unique_key='mention_key') }}

-- Which person each mention is. Certain keys only: a valid ID number whose name does not contradict its holder's, or
-- an account of one platform; any other mention is a person of its own.
with mention as (
    select * from {{ ref('int_person__mention') }}
),

name_count as (
    select id_no, name, count(*) as mention_count
    from mention
    where id_no is not null and name is not null and not is_masked
    group by 1, 2
),

holder as (
    select id_no, name
    from (
        select id_no, name, row_number() over (partition by id_no order by mention_count desc, name asc) as place
        from name_count
    ) as ranked
    where place = 1
),

decided as (
    select
        mention.mention_key,
        mention._record_key,
        mention.id_no,
        mention.account,
        case
            when
                mention.id_no is not null
                and {{ names_compatible('mention.name', 'mention.is_masked', 'holder.name') }}
                then 'id_number'
            when mention.account is not null then 'account'
            else 'single'
        end as link_rule
    from mention
    left join holder on mention.id_no = holder.id_no
),

final as (
    select
        mention_key,
        _record_key,
        'P-' || left(
            case link_rule
                when 'id_number' then pseudonym('id:' || id_no)
                when 'account' then pseudonym('account:' || account)
                else pseudonym('mention:' || mention_key)
            end, 16
        ) as person_id,
        link_rule
    from decided
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
