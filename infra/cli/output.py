"""How a command prints rows: a table for people, JSON or CSV for programs."""

import csv
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

console = Console()
errors = Console(stderr=True)


class Format(StrEnum):
    """What a command may print its rows as."""

    table = "table"
    json = "json"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="table for people, json or csv for programs")]


def show(rows: Sequence[Mapping[str, object]], title: str, fmt: Format = Format.table) -> None:
    """Print rows that share their keys; an empty result says so in a table and is empty in JSON and CSV."""
    if fmt is Format.json:
        sys.stdout.buffer.write(orjson.dumps([dict(row) for row in rows], default=str) + b"\n")
        sys.stdout.flush()
    elif fmt is Format.csv:
        if rows:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    elif rows:
        console.print(_table(rows, title))
    else:
        console.print(f"{title}: no rows", style="dim")


def _table(rows: Sequence[Mapping[str, object]], title: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in rows[0]:
        numeric = all(isinstance(row[name], int | float) or row[name] is None for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return f"{value:,}" if isinstance(value, int) else str(value)
