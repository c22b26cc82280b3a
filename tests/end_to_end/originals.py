"""Originals read without the product: the row that a trace names, and a workbook's cells as they stand."""

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
from minio import Minio

from tests.end_to_end.city import City

ESCAPED = re.compile("_x([0-9A-F]{4})_")  # a character as ECMA-376 22.9.2.19 writes it
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def client(city: City) -> Minio:
    """The city's object store."""
    s = city.settings()
    return Minio(s.s3_endpoint, s.s3_access_key, s.s3_secret_key.get_secret_value(), secure=s.s3_secure)


def read(city: City, uri: str) -> bytes:
    """An object by its address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    answer = client(city).get_object(bucket, key)
    try:
        return bytes(answer.read())
    finally:
        answer.close()
        answer.release_conn()


def report(city: City, day: date) -> dict[str, Any]:
    """The closing report of a night."""
    found: dict[str, Any] = json.loads(read(city, f"s3://verdicts/_nights/date={day}/latest/report.json"))
    return found


def receipts(city: City) -> dict[tuple[str, str], int]:
    """(feed, business date) -> rows that the receipts say were received."""
    found: dict[tuple[str, str], int] = {}
    for each in client(city).list_objects("raw", "_receipts/", recursive=True):
        said = json.loads(read(city, f"s3://raw/{each.object_name}"))
        key = (said["batch_id"].partition("/")[0], said["business_date"])
        found[key] = found.get(key, 0) + said["rows"]
    return found


def row(city: City, version: dict[str, Any]) -> dict[str, Any]:
    """The source row of a traced version: of its original, or of the raw object where there is none."""
    uri, number = str(version["original"]), int(version["row"])
    if not uri.startswith("s3://"):
        raw = io.BytesIO(read(city, version["raw_object"]))
        found = pq.read_table(raw, filters=[("_row_number", "=", number)]).to_pylist()
        assert len(found) == 1
        return dict(found[0])
    body, kind = read(city, uri), uri.rpartition(".")[2]
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(body.decode("gb18030"))))[number - 1]
    if kind == "ndjson":
        return dict(json.loads(body.decode().splitlines()[number - 1]))
    if kind == "json":
        return dict(json.loads(body)["data"]["rows"][number - 1])
    return sheet(body)[number - 1]


def sheet(body: bytes | Path) -> list[dict[str, str]]:
    """Rows of a workbook's first sheet under the names of its first row: cells as written, no empty ones."""
    with zipfile.ZipFile(io.BytesIO(body) if isinstance(body, bytes) else body) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            entries = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314  # a file of our own choice
            shared = [_text(entry) for entry in entries.iter(f"{SPACE}si")]
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # a file of our own choice
    lines = [
        {cell.attrib["r"].rstrip("0123456789"): _value(cell, shared) for cell in line.iter(f"{SPACE}c")}
        for line in root.iter(f"{SPACE}row")
    ]
    names, *rows = lines
    return [{names[at]: value for at, value in line.items() if value and at in names} for line in rows]


def _value(cell: ET.Element, shared: list[str]) -> str:
    if cell.attrib.get("t") == "s":
        number = cell.find(f"{SPACE}v")
        return shared[int(number.text or "")] if number is not None else ""
    return _text(cell)


def _text(element: ET.Element) -> str:
    text = "".join(part.text or "" for part in element.iter() if part.tag in (f"{SPACE}t", f"{SPACE}v"))
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def moment(cell: str) -> str:
    """A time as it was typed, or what Excel's number of days stands for."""
    if not re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", cell):
        return cell
    return str(datetime(1899, 12, 30) + timedelta(seconds=round(float(cell) * 86_400)))
