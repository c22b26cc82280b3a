"""`sanling explain`: why the records of a person, an event, an organisation or a place are together."""

from typing import Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, errors, show
from infra.cli.restricted import restricted_lake


def explain(
    entity: Annotated[
        str,
        typer.Argument(help="ID of a person (P-…), an event (E-…), an organisation (O-…) or a place (L-…)"),
    ],
    values: Annotated[
        bool, typer.Option("--values", help="also what the records say; the look is noted")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="business date: the lake as published for that day")
    ] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Say why an entity's records are together: what holds each, what people decided, what became of its ID.

    Of each record: key, platform, time, and the record that holds it with the rule or the comparisons that
    speak for it. Without `--values` no personal value is shown. `--as-of` shows an earlier night's records by
    today's weights.

    Examples:

      sanling explain E-0123456789abcdef

      sanling explain P-0123456789abcdef --format json

      sanling explain E-0123456789abcdef --as-of 2026-10-30
    """
    from infra.review import explain as why
    from infra.review import kinds

    with restricted_lake(as_of) as (con, note):
        kind = kinds.of_entity(entity)
        own = why.records(con, kind, entity)
        if not own:
            raise LookupError(f"{entity} has no records in the lake: a merged ID is in mart.entity_history")
        keys = [row["key"] for row in own]
        decided, history = why.decisions(con, kind, keys), why.history(con, entity)
        touched = {*keys, *(key for row in decided for key in (row["left_key"], row["right_key"]))}
        names = {key: key for key in touched} if values else why.shown_keys(con, sorted(touched))
        if values:
            note("explain --values", keys)
        said = why.values(con, kind, keys) if values else []
    tables = {
        "records": [_record(row, names, fmt) for row in own],
        "decisions": [
            {**row, **{side: names[row[side]] for side in ("left_key", "right_key")}} for row in decided
        ],
        "history": history,
        "values": said if fmt is Format.json else _upright(said),
    }
    _print(entity, tables, fmt)


def _record(row: dict[str, Any], names: dict[str, str], fmt: Format) -> dict[str, Any]:
    from infra.review.explain import sentence

    told = row["because"]
    plain = {
        "record": names[row["key"]],
        "platform": row["platform"],
        "time": row["seen_at"],
        "held_by": names.get(row["held_by"], row["held_by"]),
        "rule": row["rule"] or row["link_rule"],
        "bits": told.bits if told else None,
    }
    if fmt is Format.json:
        return plain | {"because": [vars(each) for each in told.said] if told else []}
    return plain | {"because": sentence(told) if told else None}


def _upright(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a value: records have too many columns for a terminal."""
    return [
        {"record": row["key"], "column": name, "value": value}
        for row in said
        for name, value in row.items()
        if name != "key" and value is not None
    ]


def _print(entity: str, tables: dict[str, list[dict[str, Any]]], fmt: Format) -> None:
    if fmt is Format.json:
        show([{"entity": entity, **tables}], entity, fmt)
        return
    titles = {
        "records": f"{entity}: its records and what holds each",
        "decisions": "what people decided",
        "history": "what became of its ID",
        "values": "what its records say",
    }
    if fmt is Format.csv:
        show(tables["records"], entity, fmt)
        return
    for name, rows in tables.items():
        if rows or name == "records":
            show(rows, titles[name], fmt)
    if not any(tables[name] for name in ("decisions", "history")):
        errors.print("nobody decided about its records, and its ID never changed", style="dim")
