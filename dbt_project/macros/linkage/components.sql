{#-
CTEs that find the connected components of a graph: relation `component` (node, label), label = smallest node of its
component. `edges` is a relation (a, b). In each round a node takes the smallest label near it, hands it to the node
its old label names (so that whole trees move, not single nodes), and follows its label one step. The number of rounds
that a graph needs grows with the logarithm of its size; a data test finds one that did not settle.
-#}
{% macro components(edges, rounds=8) -%}
both_ways as (
    select a, b from {{ edges }}
    union
    select b, a from {{ edges }}
),

round_0 as (
    select a as node, least(a, min(b)) as label from both_ways group by a
),
{%- for round in range(1, rounds + 1) %}

near_{{ round }} as (
    select own.node, own.label, least(own.label, min(neighbour.label)) as smallest
    from round_{{ round - 1 }} as own
    inner join both_ways on own.node = both_ways.a
    inner join round_{{ round - 1 }} as neighbour on both_ways.b = neighbour.node
    group by own.node, own.label
),

tree_{{ round }} as (
    select label as root, min(smallest) as smallest from near_{{ round }} group by label
),

moved_{{ round }} as (
    select near.node, least(tree.smallest, coalesce(as_root.smallest, near.node)) as label
    from near_{{ round }} as near
    inner join tree_{{ round }} as tree on near.label = tree.root
    left join tree_{{ round }} as as_root on near.node = as_root.root
),

round_{{ round }} as (
    select own.node, least(own.label, further.label) as label
    from moved_{{ round }} as own
    inner join moved_{{ round }} as further on own.label = further.node
),
{%- endfor %}

component as (
    select node, label from round_{{ rounds }}
)
{%- endmacro %}
