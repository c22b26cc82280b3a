{#-
The decisions that people made about entities of a kind, each pair's newest, between the rows' present keys. `named`: the
column that decisions name a row by.
-#}
{% macro decisions(kind, model, key, named='mention_key') -%}
    select
        least(l.{{ key }}, r.{{ key }}) as left_key,
        greatest(l.{{ key }}, r.{{ key }}) as right_key,
        max_by(decision.decision, decision.decided_at) as decision
    from {{ source('ops', 'decision') }} as decision
    inner join {{ ref(model) }} as l on decision.left_key = l.{{ named }}
    inner join {{ ref(model) }} as r on decision.right_key = r.{{ named }}
    where decision.entity_kind = '{{ kind }}' and l.{{ key }} <> r.{{ key }}
    group by 1, 2
    having max_by(decision.decision, decision.decided_at) in ('must', 'must_not')
{%- endmacro %}

{#-
CTEs that find the nodes to be clustered again: relation `affected` (the key's column). These are the whole components,
as built before, of what the night touches, of what is gone, and of what either is linked to now. `links` is a relation
(left_key, right_key), `driver` the model whose rows have the keys, `kind` the entities that people decide about.
-#}
{% macro affected(links, driver, key, kind='person') -%}
touched as (
    select distinct {{ key }} from {{ ref(driver) }}
    where {{ touched_keys(driver, key, kind=kind) if is_incremental() else 'true' }}
    {%- if is_incremental() %}
    union
    select {{ key }} from {{ this }} where {{ key }} not in (select {{ key }} from {{ ref(driver) }})
    {%- endif %}
),

near as (
    select {{ key }} from touched
    {%- if is_incremental() %}
    union
    select other.right_key as {{ key }} from {{ links }} as other inner join touched on other.left_key = touched.{{ key }}
    union
    select other.left_key as {{ key }} from {{ links }} as other inner join touched on other.right_key = touched.{{ key }}
    {%- endif %}
),

affected as (
    select {{ key }} from near
    {%- if is_incremental() %}
    union
    select built.{{ key }} from {{ this }} as built
    where built.component in (
        select old.component from {{ this }} as old inner join near on old.{{ key }} = near.{{ key }}
    )
    {%- endif %}
)
{%- endmacro %}

{#-
Each pair that lies within a cluster, once for either end: `node` and the wanted columns of the pair. `pairs` has left_key
and right_key, `members` a row a node with its key and the label of its cluster.
-#}
{% macro bonds(pairs, members, columns, key='node', label='label') -%}
    {%- for end in ['left_key', 'right_key'] %}
    select pair.{{ end }} as node{% for column in columns %}, pair.{{ column }}{% endfor %}
    from {{ pairs }} as pair
    inner join {{ members }} as l on pair.left_key = l.{{ key }}
    inner join {{ members }} as r on pair.right_key = r.{{ key }} and l.{{ label }} = r.{{ label }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
One row a component with its graph as lists. `nodes` (component, profile_key, anchor, mark), `edges` (component, left_key,
right_key, weight), `decided` (left_key, right_key, decision).
-#}
{% macro graphs(nodes, edges, decided) -%}
    select
        node.component,
        node.keys,
        node.anchors,
        node.marks,
        coalesce(edge.edges, []) as edges,
        coalesce(said.decisions, []) as decisions
    from (
        select
            component,
            list(profile_key order by profile_key) as keys,
            list(anchor order by profile_key) as anchors,
            list(mark order by profile_key) as marks
        from {{ nodes }}
        group by 1
    ) as node
    left join (
        select component, list({'left': left_key, 'right': right_key, 'weight': cast(weight as double)}) as edges
        from {{ edges }}
        group by 1
    ) as edge on node.component = edge.component
    left join (
        select
            own.component,
            list({'left': one.left_key, 'right': one.right_key, 'decision': one.decision}) as decisions
        from {{ decided }} as one
        inner join {{ nodes }} as own on one.left_key = own.profile_key
        group by 1
    ) as said on node.component = said.component
{%- endmacro %}

{#- The nodes of the graphs with the label of their cluster (infra.fusion.clustering): component, node, label. -#}
{% macro clustered(graphs, margin) -%}
    select component, unnest(keys) as node, unnest(done.labels) as label
    from (
        select component, keys, cluster_apart(keys, anchors, marks, edges, decisions, {{ margin }}) as done from {{ graphs }}
    ) as graph_done
{%- endmacro %}
