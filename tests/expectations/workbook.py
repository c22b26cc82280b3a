"""A workbook as a person sees it: the text and the fill colour of each cell."""

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Cell:
    """One cell; `colour` is RRGGBB or None."""

    text: str
    colour: str | None


def sheets(body: bytes) -> dict[str, list[list[Cell]]]:
    """Rows of cells per sheet, gaps filled with empty cells."""
    book = zipfile.ZipFile(io.BytesIO(body))
    names = [s.attrib["name"] for s in _parsed(book, "xl/workbook.xml").iter(f"{SPACE}sheet")]
    colours = _colours(_parsed(book, "xl/styles.xml"))
    return {
        name: _rows(_parsed(book, f"xl/worksheets/sheet{at}.xml"), colours)
        for at, name in enumerate(names, start=1)
    }


def _parsed(book: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(book.read(name))  # noqa: S314  (our own file)


def _colours(styles: ET.Element) -> list[str | None]:
    fills = [
        None if (one := fill.find(f".//{SPACE}fgColor")) is None else one.attrib.get("rgb", "")[2:]
        for fill in styles.iter(f"{SPACE}fill")
    ]
    formats = styles.find(f"{SPACE}cellXfs")
    assert formats is not None
    return [fills[int(one.attrib["fillId"])] for one in formats]


def _rows(sheet: ET.Element, colours: list[str | None]) -> list[list[Cell]]:
    table: dict[int, dict[int, Cell]] = {}
    for cell in sheet.iter(f"{SPACE}c"):
        letters, number = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.attrib["r"]).groups()  # type: ignore[union-attr]
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        text = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{SPACE}t", f"{SPACE}v"))
        colour = colours[int(cell.attrib.get("s", 0))]
        table.setdefault(int(number), {})[column] = Cell(text, colour)
    empty = Cell("", None)
    last = max(table, default=0)
    return [
        [table.get(row, {}).get(at, empty) for at in range(1, max(table.get(row, {1: empty})) + 1)]
        for row in range(1, last + 1)
    ]
