"""Verdicts held against the truth: which spoiled rows were found, and what was said of rows in order."""

from typing import Any

import duckdb
import pyarrow as pa

from infra.sandbox.dirt import faults

RULES = {  # kind of dirt -> rules that may name it
    "missing_required": {"present"}, "key_missing": {"present"}, "id_checksum": {"citizen_id"},
    "id_slip": {"citizen_id"}, "id_masked": {"citizen_id"},
    "id_placeholder": {"citizen_id"}, "id_precision": {"full_precision"}, "credit_checksum": {"credit_code"},
    "code_unmapped": {"code_mapped"}, "division_unknown": {"division_code"},
    "division_retired": {"division_code_retired"}, "date_unparsable": {"timestamp", "date"},
    "date_placeholder": {"timestamp", "date"}, "date_order": {"order"}, "mojibake": {"undamaged_text"},
    "number_unparsable": {"number", "integer"}, "number_range": {"between"}, "duplicate_key": {"unique_key"},
    "coordinates_swapped": {"coordinates"}, "coordinates_zero": {"coordinates"},
    "coordinates_projected": {"coordinates"}, "coordinates_outside": {"coordinates"}, "phone_bad": {"phone"},
    "grade_wrong": {"accident_grade"}, "closed_without": {"present_when"}, "id_in_name": {"person_name"},
    "parts_exceed": {"sum_at_most"}, "id_of_another": {"id_agrees"},
    "organisation_checksum": {"organisation_code"}, "grid_elsewhere": {"grid_code"},
    "reference_unknown": {"refers_to"},
}  # fmt: skip
# One row a received row: what was done to it, what was said of it. Batches refused as a whole are left out.
JUDGED = """
create or replace table judged as
select
    row.feed, row.id, row._source_uri, row._row_number, row._disposition,
    dirt.kind, dirt.field, dirt.is_refusable,
    any_value(allowed.rules) as may,
    coalesce(list(distinct rule order by rule) filter (rule is not null), []) as rules,
    list(distinct severity) filter (rule is not null) as severities,
    list(distinct source_field) filter (rule is not null) as fields
from identified as row
left join dirt on row.feed = dirt.feed and row.id = dirt.id
left join allowed on dirt.kind = allowed.kind
left join verdict
    on row._batch_id = verdict._batch_id and row._source_uri = verdict._source_uri
    and row._row_number = verdict._row_number
where row.outcome = 'accepted'
group by all
"""
WRONG = """
select feed, id, kind, field, rules, fields, severities, _disposition from judged
where not coalesce(case
    when kind is null then rules = [] and _disposition <> 'refused'
    when not (list_has_all(may, rules) and fields = [field]) then false
    when is_refusable then severities = ['refuse'] and _disposition = 'refused'
    else severities = ['warn'] and _disposition <> 'refused'
end, false)
order by all
"""
TABLE = """
with said as (
    select feed, may, unnest(rules) as rule from judged
),
invented as (
    select feed, rule, count(*) as n from said
    where may is null or not list_contains(may, rule) group by all
),

counted as (
    select
        feed, kind, any_value(may) as may, count(*) as spoiled,
        count(*) filter (list_has_any(rules, may)) as found,
        string_agg(distinct if(is_refusable, 'refuse', 'warn'), ' ') as effect
    from judged where kind is not null group by feed, kind
)
-- What was invented counts against each kind that its rule stands for.
select counted.feed, kind, effect, spoiled, found, coalesce(sum(n), 0)::integer as invented
from counted
left join invented on counted.feed = invented.feed and list_contains(may, rule)
group by all order by all
"""


def differences(con: duckdb.DuckDBPyConnection) -> tuple[list[Any], list[Any], list[Any]]:
    """(rows whose verdicts are not the truth, versions that were never received, rows from nowhere)."""
    allowed = [{"kind": kind, "rules": sorted(rules)} for kind, rules in RULES.items()]
    con.register("allowed", pa.Table.from_pylist(allowed))
    con.execute(JUDGED)
    wrong = con.execute(WRONG).fetchall()
    received = "select feed, id from identified"
    lost = con.execute(f"select feed, id from shown except {received} order by all").fetchall()
    strange = con.execute(f"{received} except select feed, id from shown order by all").fetchall()
    return wrong, lost, strange


def table(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, int, int, int]]:
    """(feed, kind, effect, spoiled, found, invented) after `differences`."""
    return con.execute(TABLE).fetchall()


def printed(rows: list[tuple[str, str, str, int, int, int]]) -> str:
    """The table for people, with precision and recall, and the kinds that did not occur."""
    head = f"{'feed':20}{'kind':24}{'effect':14}{'spoiled':>8}{'found':>8}{'precision':>11}{'recall':>8}"
    lines = [
        f"{feed:20}{kind:24}{effect:14}{spoiled:>8}{found:>8}"
        f"{found / max(found + invented, 1):>11.3f}{found / spoiled:>8.3f}"
        for feed, kind, effect, spoiled, found, invented in rows
    ]
    missing = [f"{feed} {kind}" for feed, kind in sorted(absent(rows))]
    return "\n".join(["", head, *lines, f"did not occur: {', '.join(missing) or 'none'}"])


def absent(rows: list[tuple[str, str, str, int, int, int]]) -> set[tuple[str, str]]:
    """(feed, kind) of the sandbox's table that no received row suffered."""
    wanted = {(feed, fault.kind) for feed, some in faults().items() for fault in some}
    return wanted - {(feed, kind) for feed, kind, *_ in rows}
