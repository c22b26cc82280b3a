"""What was refused and warned of is what the sandbox spoiled: no row more, no row less."""

from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import City

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

RULES = {  # kind of dirt -> rules that may name it (standards: docs of the sandbox's dirt table)
    "missing_required": {"present"},
    "key_missing": {"present"},
    "id_checksum": {"citizen_id"},
    "id_placeholder": {"citizen_id"},
    "id_precision": {"full_precision"},
    "credit_checksum": {"credit_code"},
    "code_unmapped": {"code_mapped"},
    "division_unknown": {"division_code"},
    "division_retired": {"division_code_retired"},
    "date_unparsable": {"timestamp", "date"},
    "date_placeholder": {"timestamp", "date"},
    "date_order": {"order"},
    "mojibake": {"undamaged_text"},
    "number_unparsable": {"number", "integer"},
    "number_range": {"between"},
    "duplicate_key": {"unique_key"},
    "coordinates_swapped": {"coordinates"},
    "coordinates_zero": {"coordinates"},
    "coordinates_projected": {"coordinates"},
    "coordinates_outside": {"coordinates"},
    "phone_bad": {"phone"},
}
# Sources that show the latest version of a record alone, and their key.
LATEST_ONLY = {"police.incident": "JJDBH", "petition.petition": "XFJBH"}
SHOWN = """
with version as (
    select *, regexp_extract(filename, '([0-9-]{{10}})[.]parquet', 1) as day,
        day || '#' || file_row_number as source_row_id
    from read_parquet('{outbox}/*.parquet', filename = true, file_row_number = true)
),
ranked as (
    -- The first night ends before the last day, the second with it.
    select source_row_id, row_number() over (
        partition by "{key}", day = (select max(day) from version) order by day desc, file_row_number desc
    ) as place
    from version
)
select source_row_id from ranked where place = 1
"""


def spoiled(state: Path) -> set[tuple[str, str, str]]:
    """(feed, record key, kind) of every spoiled version that a source has shown to one of the two nights."""
    sandbox = state / "sandbox"
    dirt = duckdb.sql(
        f"select feed, record_key, kind, source_row_id from '{sandbox}/truth/dirt.parquet'"
    ).fetchall()
    shown = {
        feed: {
            row[0] for row in duckdb.sql(SHOWN.format(outbox=sandbox / "outbox" / feed, key=key)).fetchall()
        }
        for feed, key in LATEST_ONLY.items()
    }
    return {
        (feed, record, kind)
        for feed, record, kind, row in dirt
        if record is not None and (feed not in shown or row in shown[feed])
    }


def test_verdicts_are_the_spoiled_rows(city: City) -> None:
    expected = spoiled(city.state)
    said = {
        (row["_record_key"].split(":")[0], row["_record_key"], row["rule"])
        for row in city.query(
            "select distinct _record_key, rule from read_parquet('s3://verdicts/*/*/*/*.parquet') "
            "where _record_key is not null"
        )
    }
    kinds = sorted({kind for _, _, kind in expected})
    assert len(kinds) > 12, "the city is too small to say anything"
    print(f"\n{'kind':24}{'spoiled':>8}{'found':>8}{'recall':>8}")
    for kind in kinds:
        of_kind = {(feed, key) for feed, key, k in expected if k == kind}
        found = {
            (feed, key) for feed, key in of_kind if any((feed, key, rule) in said for rule in RULES[kind])
        }
        print(f"{kind:24}{len(of_kind):>8}{len(found):>8}{len(found) / len(of_kind):>8.2f}")
    missed = {
        (f, k, kind) for f, k, kind in expected if not any((f, k, rule) in said for rule in RULES[kind])
    }
    invented = {
        (f, k, rule)
        for f, k, rule in said
        if not any((f, k, kind) in expected for kind, rules in RULES.items() if rule in rules)
    }
    assert not missed
    assert not invented
