"""The workbook of a return: rows with their wrong cells marked, and the rules explained."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingest.connectors import identifier, quote
from ingest.contract import Contract

if TYPE_CHECKING:
    import duckdb

MOST_ROWS = 5_000  # more than a clerk works through; the CSV has all
CHUNK = 1_000
FIRST = ("处理", "来源", "行号", "问题和修改办法")
RULES = ("规则", "数据项", "依据", "质量维度", "处理", "检查行数", "不合格行数", "怎样修改")
HANDLING = {"refuse": "退回", "warn": "提醒"}
COLOURS = {"refuse": "#FFC7CE", "warn": "#FFEB9C"}
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  (a fixed day, so that equal returns are equal files)
ROWS = """
SELECT
    problems, regexp_extract(_source_uri, '[^/]*$') AS source, _row_number, {columns}
FROM (
    SELECT
        _source_uri, _row_number,
        list(struct_pack(field := source_field, severity := severity, message := message_zh)
            ORDER BY severity, source_field, rule) AS problems
    FROM read_parquet({verdicts}) GROUP BY ALL
) JOIN read_parquet({raw}) USING (_source_uri, _row_number)
ORDER BY _source_uri, _row_number LIMIT {limit}
"""


def write(
    con: "duckdb.DuckDBPyConnection",
    contract: Contract,
    found: dict[str, Any],
    due: date,
    raw: Path | None,
    verdicts: Path | None,
    file: Path,
) -> None:
    """Write the workbook; memory stays that of one row."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{contract.title_zh} 问题数据", "created": EPOCH})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1, "text_wrap": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "plain": book.add_format({"num_format": "@"}),
        } | {name: book.add_format({"bg_color": colour}) for name, colour in COLOURS.items()}
        sheet = book.add_worksheet("问题数据")
        row = _heading(sheet, contract, found, due, formats)
        if raw and verdicts:
            _rows(sheet, row, contract, _problems(con, contract, raw, verdicts), formats)
        _rules(book.add_worksheet("规则说明"), contract, found, formats)


def _heading(
    sheet: Worksheet, contract: Contract, found: dict[str, Any], due: date, formats: dict[str, Format]
) -> int:
    """Who, what, until when, and what concerns the whole batch; returns the next free row."""
    lines = [
        f"报送单位：{contract.owner_zh}；数据：{contract.title_zh}（{contract.feed}）；批次：{found['batch_id']}",
        f"收到 {found['received']} 行，退回 {found['refused_rows']} 行，提醒 {found['warned_rows']} 行。",
        f"请于 {due.isoformat()} 前修改后重新报送。红色为退回的内容，黄色为提醒的内容；个人信息已脱敏。",
        *(f"整批退回：{reason}" for reason in found["reasons"]),
        *(f"提醒：{warning}" for warning in found["warnings"]),
    ]
    if found["refused_rows"] + found["warned_rows"] > MOST_ROWS:
        lines.append(f"本表只列前 {MOST_ROWS} 行，全部问题见同名 CSV 文件。")
    sheet.set_column(0, 2, 10)
    sheet.set_column(3, 3, 60)
    sheet.set_column(4, 4 + len(contract.properties), 18)
    sheet.write_string(0, 0, f"{contract.title_zh} 问题数据", formats["title"])
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line)
    return len(lines) + 2


def _problems(
    con: "duckdb.DuckDBPyConnection", contract: Contract, raw: Path, verdicts: Path
) -> Iterator[tuple[Any, ...]]:
    """(problems, source, row number, value of each property…) of the rows that broke a rule."""
    source = f"read_parquet({quote(str(raw))})"
    present = {str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    columns = ", ".join(
        f"mask_value({identifier(p.physical)}, {quote(p.classification)})"
        if p.physical in present
        else "NULL"
        for p in contract.properties
    )
    result = con.execute(
        ROWS.format(columns=columns, verdicts=quote(str(verdicts)), raw=quote(str(raw)), limit=MOST_ROWS)
    )
    while chunk := result.fetchmany(CHUNK):
        yield from chunk


def _rows(
    sheet: Worksheet,
    top: int,
    contract: Contract,
    rows: Iterator[tuple[Any, ...]],
    formats: dict[str, Format],
) -> None:
    names = [*FIRST, *(f"{p.label_zh}\n{p.physical}" for p in contract.properties)]
    for column, name in enumerate(names):
        sheet.write_string(top, column, name, formats["head"])
    position = {p.physical: len(FIRST) + at for at, p in enumerate(contract.properties)}
    for row, (problems, source, number, *values) in enumerate(rows, start=top + 1):
        marks = {position[p["field"]]: p["severity"] for p in reversed(problems)}  # refusing ones last
        worst = min(p["severity"] for p in problems)
        sheet.write_string(row, 0, HANDLING[worst], formats[worst])
        sheet.write_string(row, 1, source or "")
        sheet.write_number(row, 2, number)
        sheet.write_string(row, 3, "\n".join(p["message"] for p in problems), formats["wrap"])
        for column, value in enumerate(values, start=len(FIRST)):
            if value is not None or column in marks:
                mark = formats[marks.get(column, "plain")]
                sheet.write_string(row, column, "（空）" if value is None else value, mark)


def _rules(sheet: Worksheet, contract: Contract, found: dict[str, Any], formats: dict[str, Format]) -> None:
    """The rules that were broken: what they are founded on and how to mend."""
    labels = {p.name: p.label_zh for p in contract.properties}
    sheet.set_column(0, 6, 16)
    sheet.set_column(7, 7, 80)
    for column, name in enumerate(RULES):
        sheet.write_string(0, column, name, formats["head"])
    broken = [rule for rule in found["rules"] if rule["failed"]]
    for row, rule in enumerate(broken, start=1):
        cells = (
            rule["title_zh"], labels.get(rule["field"], "整批数据"), rule["clause"], rule["dimension"],
            HANDLING[rule["severity"]], rule["assessed"], rule["failed"], rule["advice_zh"],
        )  # fmt: skip
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, cell, formats["wrap"])
