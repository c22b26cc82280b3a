{#- Mentions that agree in all of `particulars` are one profile; one that people decided about is a profile of its own. -#}
{% macro profile_key(kind, particulars) -%}
    md5(
        case
            when {{ decided_on('_record_key', kind) }} then mention_key
            else concat_ws(
                '|',
                {%- for column in particulars %}
                coalesce(cast({{ column }} as varchar), ''){{ ',' if not loop.last }}
                {%- endfor %}
            )
        end
    )
{%- endmacro %}

{#-
Body of a cluster model: which profiles of the mentions are one entity, by the pairs of `pair_model` and people's decisions,
where two profiles with different anchors never are one (infra.fusion.clustering). Only components that the night touches
are clustered again; no other can come out differently. `anchor`, `mark`: expressions over the columns of a mention that
all mentions of a profile share.
-#}
{% macro clusters_apart(kind, mention_model, pair_model, anchor, mark, margin=3) -%}
with profile as (
    select profile_key, min({{ anchor }}) as anchor, min({{ mark }}) as mark
    from {{ ref(mention_model) }}
    group by 1
),

decision as ({{ decisions(kind, mention_model, 'profile_key') }}),

link as (
    select left_key, right_key from {{ ref(pair_model) }}
    union
    select left_key, right_key from decision
),

{{ affected('link', mention_model, 'profile_key', kind) }},

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

weighed as (
    select node.component, pair.left_key, pair.right_key, pair.rule, pair.weight
    from {{ ref(pair_model) }} as pair
    inner join node on pair.left_key = node.profile_key
),

graph as ({{ graphs('node', 'weighed', 'decision') }}),

clustered as ({{ clustered('graph', margin) }}),

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
        bond.rule as link_rule
    from profile
    inner join affected on profile.profile_key = affected.profile_key
    left join clustered on profile.profile_key = clustered.node
    left join bond on profile.profile_key = bond.node
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
{%- endmacro %}

{#-
Body of a member model: which entity each mention is. An entity keeps the ID by which consumers know it, whatever its records
do. `same`: the rule by which mentions of one profile are one entity.
-#}
{% macro members_apart(kind, mention_model, cluster_model, id, prefix, same) -%}
with current_cluster as (
    select mention.mention_key as key, cluster.cluster
    from {{ ref(mention_model) }} as mention
    inner join {{ ref(cluster_model) }} as cluster on mention.profile_key = cluster.profile_key
),

published as (
    select mention_key as key, {{ id }} as entity_id
    from ({{ published('intermediate', this.identifier, {'mention_key': 'varchar', id: 'varchar'}) }}) as old
),

{{ identified('current_cluster', 'published', prefix, kind) }},

shared as (
    select profile_key, count(*) as mention_count from {{ ref(mention_model) }} group by 1
),

final as (
    select
        mention.mention_key,
        mention._record_key,
        identified.entity_id as {{ id }},
        case
            when cluster.link_rule is not null then cluster.link_rule
            when shared.mention_count > 1 then {{ same }}
            when count(*) over (partition by identified.entity_id) > 1 then 'decision'
            else 'single'
        end as link_rule
    from {{ ref(mention_model) }} as mention
    inner join {{ ref(cluster_model) }} as cluster on mention.profile_key = cluster.profile_key
    inner join identified on mention.mention_key = identified.key
    inner join shared on mention.profile_key = shared.profile_key
)

select
    final.*,
    {{ row_hash('final') }} as _row_hash
from final
{%- endmacro %}
