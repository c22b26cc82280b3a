"""Why an entity's records are together: what holds each, what people decided, what became of its ID."""

from typing import Any

import duckdb

from infra.lake import rows
from infra.review.compare import Compared, compare
from infra.review.kinds import Kind

RECORDS = """
SELECT record.key, record.record_key, record.platform, record.role, record.seen_at, member.link_rule
FROM ({records}) AS record
JOIN lake.intermediate.int_{kind}__member AS member ON record.key = member.{key}
WHERE member.{kind}_id = $entity
ORDER BY record.seen_at NULLS LAST, record.key
"""
# For each record the other one of the entity that holds it: by a number or a certain rule before any weight.
EVENT_BONDS = """
WITH own AS (SELECT unnest($keys) AS key),
tie AS (
    SELECT record_key AS one, other_key AS other, link_rule AS rule, 1000 AS weight
    FROM lake.intermediate.int_event__edge
    UNION ALL
    SELECT left_key, right_key, 'weights', weight FROM lake.intermediate.int_event__pair
),
inner_tie AS (
    SELECT tie.* FROM tie
    WHERE one IN (SELECT key FROM own) AND other IN (SELECT key FROM own)
),
way AS (
    SELECT one AS key, other, rule, weight FROM inner_tie
    UNION ALL
    SELECT other, one, rule, weight FROM inner_tie
)
SELECT key, arg_max(other, (weight, other)), arg_max(rule, (weight, other)) FROM way GROUP BY 1
"""
PROFILE_BONDS = """
WITH own AS (
    SELECT mention_key AS key, profile_key FROM lake.intermediate.int_{kind}__mention
    WHERE list_contains($keys, mention_key)
),
profile AS (SELECT profile_key, min(key) AS key FROM own GROUP BY 1),
tie AS (
    SELECT pair.left_key AS one, pair.right_key AS other, pair.rule, pair.weight
    FROM lake.intermediate.int_{kind}__pair AS pair
    WHERE left_key IN (SELECT profile_key FROM own) AND right_key IN (SELECT profile_key FROM own)
),
way AS (
    SELECT own.key, profile.key AS other, tie.rule, tie.weight
    FROM tie JOIN own ON tie.one = own.profile_key JOIN profile ON tie.other = profile.profile_key
    UNION ALL
    SELECT own.key, profile.key AS other, tie.rule, tie.weight
    FROM tie JOIN own ON tie.other = own.profile_key JOIN profile ON tie.one = profile.profile_key
    UNION ALL
    SELECT own.key, profile.key, 'same_particulars', 1000
    FROM own JOIN profile USING (profile_key) WHERE own.key <> profile.key
    UNION ALL
    SELECT profile.key, own.key, 'same_particulars', 1000
    FROM own JOIN profile USING (profile_key) WHERE own.key <> profile.key
)
SELECT key, arg_max(other, (weight, other)), arg_max(rule, (weight, other)) FROM way GROUP BY 1
"""
DECISIONS = """
SELECT left_key, right_key, decision, decided_by, decided_at, reason
FROM lake.ops.decision
WHERE entity_kind = $kind AND (list_contains($keys, left_key) OR list_contains($keys, right_key))
ORDER BY decided_at
"""
HISTORY = """
SELECT changed_on, change, entity_id, other_id, cause
FROM lake.mart.entity_history WHERE $entity IN (entity_id, other_id)
ORDER BY changed_on, change, entity_id
"""
MASK = """
SELECT asked.key,
    asked.feed || ':' || mask_value(substr(asked.key, length(asked.feed) + 2), feed.key_classification)
FROM (SELECT unnest($keys) AS key, split_part(unnest($keys), ':', 1) AS feed) AS asked
JOIN lake.seeds.feed AS feed USING (feed)
"""


def records(con: duckdb.DuckDBPyConnection, kind: Kind, entity: str) -> list[dict[str, Any]]:
    """The entity's records, oldest first, with `link_rule`, `held_by`, `rule` and `because`.

    held_by: the record that holds it in the entity; because: the Compared of the two. Both are None for a
    record that stands alone.
    """
    found = con.execute(
        RECORDS.format(records=kind.records, kind=kind.name, key=kind.key), {"entity": entity}
    )
    own = rows(found)
    statement = EVENT_BONDS if kind.name == "event" else PROFILE_BONDS.format(kind=kind.name)
    bonds = con.execute(statement, {"keys": [row["key"] for row in own]})
    held = {key: (other, rule) for key, other, rule in bonds.fetchall()}
    told = compare(con, kind, [(key, other) for key, (other, _) in held.items()])
    for row in own:
        other, rule = held.get(row["key"], (None, None))
        row |= {"held_by": other, "rule": rule, "because": told.get((row["key"], other)) if other else None}
    return own


def decisions(con: duckdb.DuckDBPyConnection, kind: Kind, keys: list[str]) -> list[dict[str, Any]]:
    """What people decided about any of the records, oldest first."""
    return rows(con.execute(DECISIONS, {"kind": kind.name, "keys": keys}))


def history(con: duckdb.DuckDBPyConnection, entity: str) -> list[dict[str, Any]]:
    """What became of the ID, oldest first."""
    return rows(con.execute(HISTORY, {"entity": entity}))


def values(con: duckdb.DuckDBPyConnection, kind: Kind, keys: list[str]) -> list[dict[str, Any]]:
    """What records of a kind say, personal values and all, in the order of the keys."""
    found = {row["key"]: row for row in rows(con.execute(kind.values, {"keys": keys}))}
    return [found[key] for key in keys if key in found]


def shown_keys(con: duckdb.DuckDBPyConnection, keys: list[str]) -> dict[str, str]:
    """Key -> what may be shown of it: a source may number its records by somebody's ID number."""
    return dict(con.execute(MASK, {"keys": keys}).fetchall())


def sentence(compared: Compared) -> str:
    """The comparisons that say something, the strongest first, as one line."""
    said = sorted((each for each in compared.said if each.bits), key=lambda each: -abs(each.bits))
    return ", ".join(f"{each.comparison} {each.level} {each.bits:+.1f}" for each in said)
