"""What the model says of two records, comparison by comparison, by the SQL that the night scores with.

dbt compiles the macro that states it (macros/linkage/explain.sql); the result is kept until the code changes.
Of organisations and places, which rules alone join, it is the rule that the night found and its strength.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import duckdb

from infra.lake import dbt_environment, rows
from infra.nightly.fingerprint import fingerprint
from infra.nightly.project import PARSED, PROJECT, TARGET
from infra.review.kinds import Kind
from infra.settings import STATE

RULED = """
SELECT
    asked.left_key,
    asked.right_key,
    if(l.profile_key = r.profile_key, 'same_particulars', pair.rule) AS rule,
    coalesce(pair.weight, 0) AS weight
FROM (SELECT unnest($left) AS left_key, unnest($right) AS right_key) AS asked
JOIN lake.intermediate.int_{kind}__mention AS l ON asked.left_key = l.mention_key
JOIN lake.intermediate.int_{kind}__mention AS r ON asked.right_key = r.mention_key
LEFT JOIN lake.intermediate.int_{kind}__pair AS pair
    ON pair.left_key = least(l.profile_key, r.profile_key)
        AND pair.right_key = greatest(l.profile_key, r.profile_key)
"""
FOLDER = STATE / "dbt" / "explain"  # apart from the night's, which may run at the same time
LEVEL, BITS = "_level", "_bits"


class NotCompiled(RuntimeError):
    """dbt could not compile the comparison; the message is its own."""


@dataclass(frozen=True)
class Said:
    """One comparison of two records: the level that holds, and the bits that it adds."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True)
class Compared:
    """Two records, the certain rule that ties them if there is one, and what each comparison says."""

    left: str
    right: str
    rule: str | None
    said: tuple[Said, ...]

    @property
    def bits(self) -> float:
        """The sum of all comparisons."""
        return round(sum(each.bits for each in self.said), 2)


def compare(
    con: duckdb.DuckDBPyConnection, kind: Kind, pairs: list[tuple[str, str]]
) -> dict[tuple[str, str], Compared]:
    """What the model says of pairs of records of a kind, both of which the lake must hold."""
    if not pairs:
        return {}
    keys = {"left": [left for left, _ in pairs], "right": [right for _, right in pairs]}
    if not kind.is_weighed:
        found = con.execute(RULED.format(kind=kind.name), keys).fetchall()
        return {
            (left, right): Compared(left, right, rule, (Said("rule", rule or "none", float(weight)),))
            for left, right, rule, weight in found
        }
    answer = con.execute(statement(kind), keys)
    return {(row["left_key"], row["right_key"]): _compared(row) for row in rows(answer)}


def statement(kind: Kind) -> str:
    """The compiled SELECT; its parameters are the lists $left and $right."""
    kept = FOLDER / f"{kind.name}-{fingerprint()}.sql"
    if not kept.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        if (TARGET / PARSED).exists():  # dbt parses anew only what the night's parse does not know
            shutil.copyfile(TARGET / PARSED, FOLDER / PARSED)
        text = _compile(f"{{{{ {kind.name}_comparison() }}}}")
        for old in FOLDER.glob(f"{kind.name}-*.sql"):
            old.unlink(missing_ok=True)
        kept.write_text(text, encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def _compile(text: str) -> str:
    """What dbt makes of a text with macros, without asking the lake."""
    folders = ["--project-dir", str(PROJECT), "--target-path", str(FOLDER), "--log-path", str(FOLDER)]
    flags = ["--quiet", "--output", "json", "--no-introspect", "--no-populate-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "compile", "--inline", text, *folders, *flags],
        env=dbt_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    start = done.stdout.find("{")
    if done.returncode or start < 0:
        raise NotCompiled(f"dbt could not compile {text}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return str(json.loads(done.stdout[start:])["compiled"])


def _compared(row: dict[str, Any]) -> Compared:
    names = [name.removesuffix(LEVEL) for name in row if name.endswith(LEVEL)]
    # Words are compared of pairs that weigh enough to be kept; of others nobody knows their likeness.
    unknown = {"words"} if "likeness" in row and row["likeness"] is None else set()
    said = [
        Said(name, row[name + LEVEL], round(float(row[name + BITS]), 2))
        for name in names
        if name not in unknown
    ]
    said += [Said(name, "not compared", 0.0) for name in sorted(unknown)]
    return Compared(row["left_key"], row["right_key"], row["rule"], tuple(said))
