"""`sanling trace`: from a mart's row to the records behind it, and to the original object and row of each."""

from typing import Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, errors, show

# How a mart's key leads to record keys; $key is bound.
MEMBERS = "select _record_key from intermediate.int_{0}__member where {0}_id = $key"
RECORDS = {
    "event": "select record_key from mart.event_report where event_id = $key",
    "event_report": "select record_key from mart.event_report where record_key = $key",
    "organisation": MEMBERS.format("organisation"),
    "person": MEMBERS.format("person"),
    "place": MEMBERS.format("place"),
}
PREFIXES = {"E-": "event", "O-": "organisation", "P-": "person", "L-": "place"}
VERSIONS = """
select version._record_key as record_key, version._disposition as disposition,
    version._source_uri as original, version._row_number as row, version._pulled_at as pulled_at,
    batch.raw_object, batch.verdict_object
from staging.{base} as version
left join ops.batch as batch on version._batch_id = batch.batch_id
where version._record_key in (select unnest($records))
order by record_key, version._interval_end, row
"""
VERDICTS = """
select _record_key as record_key, rule, source_field as field, severity, observed
from read_parquet($objects) where _record_key in (select unnest($records)) order by all
"""


def trace(
    mart: Annotated[str, typer.Argument(help="event, event_report, person, place, organisation; or a key")],
    key: Annotated[str | None, typer.Argument(help="the row's key; its prefix alone names the mart")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Say which records a mart row was made of: original object and row number, and what was said of them.

    Examples:

      sanling trace event E-0123456789abcdef

      sanling trace P-0123456789abcdef --format json

      sanling trace event_report police.incident:41010220261001000001
    """
    if key is None:
        mart, key = PREFIXES.get(mart[:2], "event_report"), mart
    if mart not in RECORDS:
        errors.print(f"no trace for {mart!r}; known: {', '.join(sorted(RECORDS))}")
        raise typer.Exit(2)
    versions, verdicts = _trace(mart, key)
    if not versions:
        errors.print(f"{mart} {key} is not in the lake. Keys are in the mart's first column: sanling query …")
        raise typer.Exit(1)
    show(versions, f"{mart} {key}: versions of its records and where each came from", fmt)
    if verdicts and fmt is Format.table:
        show(verdicts, "what the standards said of them", fmt)


def _trace(mart: str, key: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from infra.lake import attach_lake, connect

    con = connect()
    try:
        attach_lake(con, read_only=True)
        con.execute("USE lake")
        records = [row[0] for row in con.execute(RECORDS[mart], {"key": key}).fetchall()]
        versions: list[dict[str, Any]] = []
        for base in sorted({_base_table(record) for record in records}):
            own = [record for record in records if _base_table(record) == base]
            versions += _rows(con.execute(VERSIONS.format(base=base), {"records": own}))
        objects = sorted({row.pop("verdict_object") for row in versions} - {None})
        found = con.execute(VERDICTS, {"objects": objects, "records": records}) if objects else None
        return versions, _rows(found) if found else []
    finally:
        con.close()


def _base_table(record_key: str) -> str:
    """`police.incident:4101…` lives in `base_police__incident`."""
    platform, _, feed = record_key.partition(":")[0].partition(".")
    return f"base_{platform}__{feed}"


def _rows(answer: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
