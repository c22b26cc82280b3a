"""What the values of a column suggest: its type, what it names, whom it tells of, which rules fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from ingest.connectors import identifier, quote
from ingest.contract import Contract, Property, Rule

CERTAIN = 0.9  # share of the filled values that must match
DAY = "[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?"
PATTERNS = {
    "citizen_id": "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]|[1-9][0-9]{14}",
    "credit_code": "[0-9A-HJ-NPQRTUWXY]{2}[1-8][0-9]{5}[0-9A-HJ-NPQRTUWXY]{10}",
    "phone": "1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}",
    "division": "(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}([0-9]{3}|[0-9]{6})?",
    "timestamp": f"{DAY}[ T]?[0-9]{{1,2}}[:时].*|20[0-9]{{12}}|1[5-9][0-9]{{11}}",
    "date": f"{DAY}|(19|20)[0-9]{{2}}(0[1-9]|1[0-2])[0-3][0-9]",
    "boolean": "是|否|[01]|[Yy]|[Nn]|[Tt]rue|[Ff]alse",
    "integer": "-?(0|[1-9][0-9]{0,8})",
    "number": "-?(0|[1-9][0-9]{0,14})([.][0-9]+)?([eE][+-]?[0-9]+)?",
}
TEXTUAL = re.compile(
    "编号|号码|代码|编码|电话|(?i:bh|dm|hm|code|no|id|phone)$"
)  # digits that are no quantity
PERSONAL = re.compile(
    "姓名|名字|联系人|当事人|报警人|经办人|证件|身份证|电话|手机|联系方式|地址|住址|住所|坐标|邮箱|内容|详情|简述|经过|"
    "主题|标题|答复|用户|(?i:person|name$|phone|mobile|tel$|addr|id_?card|id_?no|email|content|title|"
    "^xm$|sfzh|zjhm|sjhm|lxdh|lxfs|dz$|^zz$)"
)
ORGANISATION = re.compile("单位|公司|企业|机构|部门|(?i:org|unit|dept|company)")
DIVISION = re.compile("区划|属地|社区|辖区|(?i:xzqh|division|area|district|community)")
UPDATED = re.compile("更新|修改|变更|(?i:gxsj|update|modif)")
KEY = re.compile("编号|标识码|序号|主键|(?i:bh$|id$|no$|code$|^id)")
RULES = {  # kind of value -> rules that always fit it
    "citizen_id": (Rule("expect_citizen_id", {}, "refuse"), Rule("expect_full_precision", {}, "refuse")),
    "credit_code": (Rule("expect_credit_code", {}, "refuse"), Rule("expect_full_precision", {}, "refuse")),
    "phone": (Rule("expect_phone", {}, "warn"),),
}
LEVELS = {6: "county", 9: "township", 12: "village"}
MANY = 20  # rows from which a column without a blank counts as required
FEW = 30  # distinct values that a code list may have


@dataclass(frozen=True)
class Column:
    """One column of the draft."""

    physical: str
    name: str
    label: str
    type: str
    is_key: bool
    is_required: bool
    classification: str
    rules: tuple[Rule, ...]
    is_watermark: bool
    codes: tuple[str, ...] = field(default=())  # values of a column that looks like a code list's
    blank: int = 0  # rows without a value
    again: int = 0  # rows whose value an earlier row has


def profile(rows: pa.Table) -> dict[str, dict[str, Any]]:
    """Per column: how many values, how many different, how long, the share that matches each pattern."""
    with duckdb.connect() as con:
        con.register("sample", rows)
        found = {}
        for name in rows.column_names:
            matches = ", ".join(
                f"avg(regexp_full_match(v, {quote(pattern)})::INT) AS {kind}"
                for kind, pattern in PATTERNS.items()
            )
            query = f"""
                SELECT count(*) AS rows, count(v) AS filled, count(DISTINCT v) AS different,
                       max(length(v)) AS longest, mode(length(v)) AS usual, {matches},
                       list_sort(list(DISTINCT v) FILTER (v IS NOT NULL))[:{FEW}] AS values
                FROM (SELECT nullif(trim({identifier(name)}), '') AS v FROM sample)
            """
            cursor = con.execute(query)
            names = [str(each[0]) for each in cursor.description or []]
            found[name] = dict(zip(names, cursor.fetchone() or (), strict=True))
        return found


def kind_of(name: str, facts: Mapping[str, Any]) -> str:
    """The narrowest pattern that nearly all values match, or `text`."""
    if not facts["filled"]:
        return "text"
    for kind in PATTERNS:
        if facts[kind] < CERTAIN:
            continue
        if kind == "division" and not (DIVISION.search(name) and facts["usual"] in LEVELS):
            continue
        if kind == "boolean" and facts["different"] > 2:
            continue
        if kind in ("integer", "number", "boolean") and TEXTUAL.search(name):
            continue
        return kind
    return "text"


def known_properties(contracts: list[Contract], platform: str) -> dict[str, Property]:
    """Properties of the contracts there are, by the source's name and by label; the platform's own win."""
    ordered = sorted(contracts, key=lambda contract: contract.platform == platform)
    found: dict[str, Property] = {}
    for contract in ordered:
        for p in contract.properties:
            same = contract.platform == platform
            rules = tuple(rule for rule in p.rules if same or rule.name != "expect_code_mapped")
            known = Property(**{**vars(p), "rules": rules})
            found[p.physical.casefold()] = found[p.label_zh.casefold()] = known
    return found


def column(
    name: str,
    label: str,
    facts: Mapping[str, Any],
    known: Property | None,
    position: int,
    *,
    is_key: bool,
    is_required: bool,
) -> Column:
    """The draft of one column: what another contract says of it, else what its values say."""
    kind = kind_of(name, facts)
    type_ = kind if kind in ("timestamp", "date", "boolean", "integer", "number") else "string"
    is_personal = bool(PERSONAL.search(f"{name} {label}")) and not ORGANISATION.search(f"{name} {label}")
    restricted = is_personal or kind in ("citizen_id", "phone")
    rules = RULES.get(kind, ())
    if kind == "division":
        rules = (Rule("expect_division_code", {"level": LEVELS[facts["usual"]]}, "refuse"),)
    few = (
        1 < facts["different"] <= FEW and facts["different"] <= facts["filled"] / 5 and facts["longest"] <= 12
    )
    is_code = few and type_ in ("string", "integer") and not restricted and not is_key
    return Column(
        physical=name,
        name=known.name if known else snake(name) or f"field_{position:02d}",
        label=known.label_zh if known and label == name else label,
        type=known.logical_type if known else type_,
        is_key=is_key,
        is_required=is_key or is_required,
        classification=known.classification if known else "restricted" if restricted else "internal",
        rules=known.rules if known else rules,
        is_watermark=type_ == "timestamp" and bool(UPDATED.search(f"{name} {label}")),
        codes=tuple(facts["values"]) if is_code and not (known and known.rules) else (),
        blank=facts["rows"] - facts["filled"],
        again=facts["filled"] - facts["different"],
    )


def key_of(profiles: Mapping[str, Mapping[str, Any]], known: Mapping[str, Property]) -> str:
    """The column most likely to name a row: a key elsewhere, else whole, unique and called like a number."""
    for name in profiles:
        if (same := known.get(name.casefold())) and same.primary_key:
            return name
    unique = [n for n, f in profiles.items() if f["filled"] == f["rows"] == f["different"] and f["rows"] > 0]
    unique = [name for name in unique if kind_of(name, profiles[name]) not in ("timestamp", "date")]
    named = [name for name in unique if KEY.search(name)]
    return (named or unique or list(profiles))[0]


def snake(name: str) -> str:
    """`eventCode` as event_code; blank when nothing Latin is left to begin a name with."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub("[^0-9a-z]+", "_", words.lower()).strip("_")
    return plain if re.match("[a-z]", plain) and name.isascii() else ""
