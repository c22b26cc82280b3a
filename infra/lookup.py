"""Lists that a data steward keeps: CSV files of which every row says where it comes from.

Columns `source` (where the row comes from) and `verified` (true once somebody held it against the source)
stand in each of them; the rest is the list's own.
"""

import csv
from pathlib import Path

TRUTH = ("true", "false")


class LookupBroken(ValueError):
    """A list cannot be used; the message names the file, its line and what is wrong there."""


def read(path: Path, key: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a list in the file's order. `key`: the columns that together name a row.

    Raises LookupBroken with all that is wrong: a row without source, a key that is blank or stands twice,
    a `verified` that is neither true nor false, a row with too many or too few columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = {*key, "source", "verified"} - set(reader.fieldnames or ())
        if missing:
            raise LookupBroken(f"{path.name}: lacks the columns {', '.join(sorted(missing))}")
        rows, found, seen = [], [], dict[tuple[str, ...], int]()
        for row in reader:
            line = reader.line_num
            wrong = _wrong(row)
            named = tuple(row[name] or "" for name in key)
            if not all(named):
                wrong.append(f"{', '.join(key)} must not be blank")
            elif (before := seen.setdefault(named, line)) != line:
                wrong.append(f"{', '.join(named)} stands in line {before} already")
            found += [f"line {line}: {each}" for each in wrong]
            rows.append(row)
    if found:
        raise LookupBroken(f"{path.name}: {'; '.join(found)}")
    return rows


def _wrong(row: dict[str, str]) -> list[str]:
    if None in row or None in row.values():
        return ["has not as many columns as the head"]
    wrong = [] if row["source"].strip() else ["has no source"]
    return wrong + ([] if row["verified"] in TRUTH else ["verified must be true or false"])
