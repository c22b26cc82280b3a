{{ config(
    unique_key='profile_key',
    meta={'scope': 'groups', 'group': 'component', 'driver': 'int_person__mention', 'key': 'profile_key'}
) }}

-- Which profiles are one person. A component is what pairs and decisions connect at all; whether two of its profiles
-- end up together depends on nothing outside it, so only components that the night touches are clustered again.
with profile as (
    select
        profile_key,
        min(name) as name,
        min(case when not is_masked then name_sound end) as mark,
        bool_or(is_masked) as is_masked,
        min(id_no) as id_no,
        count(*) as mention_count,
        bool_or(role = 'resident') as is_registered
    from {{ ref('int_person__mention') }}
    group by 1
),

decision as ({{ decisions('person', 'int_person__mention', 'profile_key') }}),

link as (
    select left_key, right_key from {{ ref('int_person__pair') }}
    union
    select left_key, right_key from decision
),

{{ affected('link', 'int_person__mention', 'profile_key') }},

edge as (
    select link.left_key as a, link.right_key as b
    from link
    inner join affected on link.left_key = affected.profile_key
),

{{ components('edge') }},

node as (
    select
        profile.*,
        component.label as component
    from profile
    inner join affected on profile.profile_key = affected.profile_key
    inner join component on profile.profile_key = component.node
),

-- Whose a number is: the register says, or else most mentions do. Who bears it under another name bears it wrongly.
holder as (
    select id_no, name
    from (
        select
            id_no,
            name,
            row_number() over (
                partition by id_no order by bool_or(is_registered) desc, sum(mention_count) desc, name asc
            ) as place
        from node
        where id_no is not null and name is not null and not is_masked
        group by 1, 2
    ) as ranked
    where place = 1
),

anchored as (
    select
        node.component,
        node.profile_key,
        node.mark,
        case when {{ names_compatible('node.name', 'node.is_masked', 'holder.name') }} then node.id_no end as anchor
    from node
    left join holder on node.id_no = holder.id_no
),

weighed as (
    select anchored.component, pair.left_key, pair.right_key, pair.rule, pair.weight
    from {{ ref('int_person__pair') }} as pair
    inner join anchored on pair.left_key = anchored.profile_key
    where pair.rule <> 'id_of_another'
),

graph as ({{ graphs('anchored', 'weighed', 'decision') }}),

clustered as ({{ clustered('graph', var('person_margin', 3)) }}),

-- The strongest pair that holds a profile in its cluster.
bond as (
    select node, max_by(rule, weight) as rule
    from ({{ bonds('weighed', 'clustered', ['rule', 'weight']) }}) as way
    group by 1
),

final as (
    select
        profile.profile_key,
        coalesce(clustered.component, profile.profile_key) as component,
        coalesce(clustered.label, profile.profile_key) as cluster,
        case when clustered.node is null then profile.id_no else anchored.anchor end as id_no,
        bond.rule as link_rule
    from profile
    inner join affected on profile.profile_key = affected.profile_key
    left join clustered on profile.profile_key = clustered.node
    left join anchored on profile.profile_key = anchored.profile_key
    left join bond on profile.profile_key = bond.node
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
