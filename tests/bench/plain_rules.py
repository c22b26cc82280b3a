"""The rules of police.incident as somebody would write them for pandas: one function of a value each.

They decide as ours do (test_plain_rules.py holds them against ours), each with a short way for what platforms
usually send. They are the measure for `make bench`, and nothing else uses them.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta

BLANK = frozenset({"", "无", "不详", "暂无", "未知", "-", "/", "null", "NULL"})
YES_NO = frozenset({"0", "1", "是", "否", "true", "false", "Y", "N", "T", "F"})
ID = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PHONE = re.compile(
    r"1[3-9]\d{9}|0(10|2\d)[2-8]\d{7}|0[3-9]\d\d[2-8]\d{6,7}|[2-8]\d{6,7}|[48]00\d{7}|1(10|19|20|22|14|17)|12\d{3}"
)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
LONG = re.compile(r"\d{15}0{3,}|\d(\.\d+)?[eE]\+\d+")
CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
LATEST = datetime(2026, 12, 31)
EPOCH = datetime(1970, 1, 1, 8)


def clean(value: str) -> str:
    """Half width, without blanks at the ends."""
    return value.strip() if value.isascii() else unicodedata.normalize("NFKC", value).strip()


def is_present(value: str) -> bool:
    """Something, and no word for nothing."""
    return clean(value) not in BLANK


def moment(value: str) -> datetime | None:
    """A time in one of the usual forms."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        text = clean(value)
    if text.isdigit() and len(text) == 13:
        return EPOCH + timedelta(milliseconds=int(text))
    if found := CHINESE.match(text):
        text = "-".join(part.zfill(2) for part in found.groups())
    for form in ("%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d%H%M%S", "%Y%m%d"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def is_moment(value: str) -> bool:
    """A time that has passed; blanks are another rule's matter."""
    found = moment(value)
    return (found is not None and found.year > 1900 and found < LATEST) or not is_present(value)


def is_citizen_id(value: str) -> bool:
    """GB 11643: form, date, check character."""
    text = clean(value).upper().replace("×", "X").replace(" ", "")
    if text in BLANK:
        return True
    if len(text) == 15 and text.isdigit():
        text = f"{text[:6]}19{text[6:]}"
        text += "10X98765432"[sum(int(c) * w for c, w in zip(text, WEIGHTS, strict=True)) % 11]
    if not ID.fullmatch(text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return "10X98765432"[sum(int(c) * w for c, w in zip(text, WEIGHTS, strict=False)) % 11] == text[17]


def is_phone(value: str) -> bool:
    """A mobile, fixed or service number."""
    text = re.sub(r"[-() ]", "", clean(value))
    return text in BLANK or PHONE.fullmatch(text) is not None


def keeps_precision(value: str) -> bool:
    """Not cut by a spreadsheet, unless the number is a valid one that ends so."""
    return LONG.fullmatch(clean(value)) is None or is_citizen_id(value)


def is_number(value: str) -> bool:
    """Digits, a sign, a point."""
    text = clean(value).replace(",", "")
    return text in BLANK or NUMBER.fullmatch(text) is not None


def is_undamaged(value: str) -> bool:
    """No replacement character, and not UTF-8 that was read as GB18030."""
    if value.isascii():
        return True
    if "\ufffd" in value:
        return False
    meant = value.encode("gb18030", "ignore").decode("utf-8", "ignore")
    made = sum(c >= "\u0800" for c in meant)
    return made < 2 or 2 * made < sum(c > "\x7f" for c in value)


def is_degree(value: str) -> bool:
    """A longitude of the country."""
    text = clean(value)
    return text in BLANK or (NUMBER.fullmatch(text) is not None and 73 <= float(text) <= 136)


def one_of(known: frozenset[str]) -> Callable[[str], bool]:
    """A code of a list."""
    return lambda value: value in known or clean(value) in known or not is_present(value)


RULES: dict[str, Callable[[str], bool]] = {
    "present": is_present,
    "timestamp": is_moment,
    "citizen_id": is_citizen_id,
    "phone": is_phone,
    "full_precision": keeps_precision,
    "number": is_number,
    "boolean": one_of(YES_NO),
    "undamaged_text": is_undamaged,
    "coordinates": is_degree,
}
