{{ config(unique_key=['left_key', 'right_key']) }}

-- What people should look at: pairs that rule or weights would join and clustering did not, the heaviest first, and
-- records whose ID number seems to be somebody else's.
with pair as (
    select
        pair.*,
        l.id_no as left_id,
        r.id_no as right_id
    from {{ ref('int_person__pair') }} as pair
    inner join {{ ref('int_person__cluster') }} as l on pair.left_key = l.profile_key
    inner join {{ ref('int_person__cluster') }} as r on pair.right_key = r.profile_key
    where l.cluster <> r.cluster
),

final as (
    select
        left_key,
        right_key,
        rule,
        weight,
        case
            when rule = 'id_of_another' then 'id_of_another'
            when left_id <> right_id then 'two_valid_numbers'
            else 'ambiguous'
        end as reason
    from pair
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
