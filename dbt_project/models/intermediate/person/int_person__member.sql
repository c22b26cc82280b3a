{{ config(unique_key='mention_key') }}

-- Which person each mention is. A person keeps the ID by which consumers know it, whatever its records do.
with current_cluster as (
    select mention.mention_key as key, cluster.cluster
    from {{ ref('int_person__mention') }} as mention
    inner join {{ ref('int_person__cluster') }} as cluster on mention.profile_key = cluster.profile_key
),

published as (
    select mention_key as key, person_id as entity_id
    from ({{ published('intermediate', this.identifier, {'mention_key': 'varchar', 'person_id': 'varchar'}) }}) as old
),

{{ identified('current_cluster', 'published', 'P-', 'person') }},

shared as (
    select profile_key, count(*) as mention_count from {{ ref('int_person__mention') }} group by 1
),

final as (
    select
        mention.mention_key,
        mention._record_key,
        identified.entity_id as person_id,
        cluster.id_no,
        case
            when cluster.link_rule is not null then cluster.link_rule
            when shared.mention_count > 1 and mention.id_no is not null then 'id_number'
            when shared.mention_count > 1 and mention.account is not null then 'account'
            when shared.mention_count > 1 and not mention.is_masked then 'name_phone'
            when shared.mention_count > 1 then 'weights'
            else 'single'
        end as link_rule
    from {{ ref('int_person__mention') }} as mention
    inner join {{ ref('int_person__cluster') }} as cluster on mention.profile_key = cluster.profile_key
    inner join identified on mention.mention_key = identified.key
    inner join shared on mention.profile_key = shared.profile_key
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
