"""Which records speak of one entity: what SQL cannot decide, and how the weights of pairs are trained.

`clustering` and `identity` are pure functions on arrays; dbt's models call them as SQL functions (`engine`),
so that everything around them stays SQL.
"""
