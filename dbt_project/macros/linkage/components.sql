{#-
CTEs that find the connected components of a graph: relation `component` (node, label), label = smallest node of its
component. `edges` is a relation (a, b). Each round takes the smallest label among a node's neighbours and then the
label's own label, so chains of 2^rounds nodes and stars of any size settle; a test finds a graph that did not.
-#}
{% macro components(edges, rounds=7) -%}
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
    select own.node, least(own.label, min(neighbour.label)) as label
    from round_{{ round - 1 }} as own
    inner join both_ways on own.node = both_ways.a
    inner join round_{{ round - 1 }} as neighbour on both_ways.b = neighbour.node
    group by own.node, own.label
),

round_{{ round }} as (
    select own.node, least(own.label, further.label) as label
    from near_{{ round }} as own
    inner join near_{{ round }} as further on own.label = further.node
),
{%- endfor %}

component as (
    select node, label from round_{{ rounds }}
)
{%- endmacro %}
