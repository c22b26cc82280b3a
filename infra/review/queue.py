"""The pairs of records that people should look at, as the last night left them.

The queue is about pairs: it is neither ordered nor filtered by person, by petition or by how much somebody is
recorded. A pair whose entities somebody has decided about is not asked again.
"""

from typing import Any

import duckdb

from infra.lake import rows
from infra.review.kinds import Kind

# Of pairs of profiles, each by one of its records.
PROFILES = """
WITH pair AS ({pairs}),
mention AS (
    SELECT profile_key, min(mention_key) AS mention_key
    FROM lake.intermediate.int_{kind}__mention
    WHERE profile_key IN (SELECT unnest([left_key, right_key]) FROM pair)
    GROUP BY 1
)
SELECT pair.reason, pair.rule, pair.weight, l.mention_key AS left_key, r.mention_key AS right_key
FROM pair
JOIN mention AS l ON pair.left_key = l.profile_key
JOIN mention AS r ON pair.right_key = r.profile_key
"""
PERSON = "SELECT * FROM lake.intermediate.int_person__review"
# What a rule would join and clustering did not: another claims one of the two as strongly.
RULED = """
SELECT pair.left_key, pair.right_key, pair.rule, pair.weight, 'ambiguous' AS reason
FROM lake.intermediate.int_{kind}__pair AS pair
JOIN lake.intermediate.int_{kind}__cluster AS l ON pair.left_key = l.profile_key
JOIN lake.intermediate.int_{kind}__cluster AS r ON pair.right_key = r.profile_key
WHERE l.cluster <> r.cluster
"""
EVENT = (
    "SELECT reason, 'weights' AS rule, weight, left_key, right_key FROM lake.intermediate.int_event__review"
)
WAITING = """
WITH doubtful AS ({doubtful}),
decided AS (
    SELECT least(l.{id}, r.{id}) AS one, greatest(l.{id}, r.{id}) AS other,
        least(d.left_key, d.right_key) AS left_key, greatest(d.left_key, d.right_key) AS right_key
    FROM lake.ops.decision AS d
    JOIN {member} AS l ON d.left_key = l.{key}
    JOIN {member} AS r ON d.right_key = r.{key}
    WHERE d.entity_kind = $kind
)
SELECT $kind AS kind, doubtful.*
FROM doubtful
LEFT JOIN {member} AS l ON doubtful.left_key = l.{key}
LEFT JOIN {member} AS r ON doubtful.right_key = r.{key}
WHERE ($reason IS NULL OR reason = $reason)
    AND (least(doubtful.left_key, doubtful.right_key), greatest(doubtful.left_key, doubtful.right_key))
        NOT IN (SELECT (left_key, right_key) FROM decided)
    AND (
        l.{id} IS NULL OR r.{id} IS NULL OR l.{id} = r.{id}
        OR (least(l.{id}, r.{id}), greatest(l.{id}, r.{id})) NOT IN (SELECT (one, other) FROM decided)
    )
ORDER BY reason, weight DESC, left_key, right_key
LIMIT $limit
"""


def waiting(
    con: duckdb.DuckDBPyConnection, kind: Kind, reason: str | None, limit: int
) -> list[dict[str, Any]]:
    """Pairs of a kind that nobody decided yet: kind, reason, rule, weight, both keys."""
    if kind.name == "event":
        doubtful = EVENT
    else:
        pairs = PERSON if kind.name == "person" else RULED.format(kind=kind.name)
        doubtful = PROFILES.format(pairs=pairs, kind=kind.name)
    statement = WAITING.format(
        doubtful=doubtful,
        member=f"lake.intermediate.int_{kind.name}__member",
        id=f"{kind.name}_id",
        key=kind.key,
    )
    return rows(con.execute(statement, {"kind": kind.name, "reason": reason, "limit": limit}))
