{#- Bits that the pairs of two clusters weigh on average, at least, if they are to be one event. -#}
{% macro event_threshold() -%}
    {{ var('event_threshold', 0) }}
{%- endmacro %}

{#- What a pair weighs that never met or weighed less than is kept. -#}
{% macro event_missing() -%}
    {{ var('event_least_weight', -4) }}
{%- endmacro %}

{#-
The nodes of components with the label of their cluster by average linkage (infra.fusion.average): component, node,
label. `components` (node, label), `edges` (component, left_key, right_key, weight), `decided` (component, left_key,
right_key, decision).
-#}
{% macro clustered_by_average(components, edges, decided, threshold, missing) -%}
    select component, unnest(keys) as node, unnest(labels) as label
    from (
        select
            node.component,
            node.keys,
            cluster_by_average(
                node.keys, coalesce(edge.edges, []), coalesce(said.decisions, []), {{ threshold }}, {{ missing }}
            ) as labels
        from (select label as component, list(node order by node) as keys from {{ components }} group by 1) as node
        left join (
            select component, list({'left': left_key, 'right': right_key, 'weight': cast(weight as double)}) as edges
            from {{ edges }}
            group by 1
        ) as edge on node.component = edge.component
        left join (
            select component, list({'left': left_key, 'right': right_key, 'decision': decision}) as decisions
            from {{ decided }}
            group by 1
        ) as said on node.component = said.component
    ) as graph
{%- endmacro %}
