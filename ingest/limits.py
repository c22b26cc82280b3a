"""What Sanling will not take in, whoever asks: a contract that declares it is refused.

The limits are part of the design: no faces, plates, tracks, religion or political views, no registers
of special groups or of people who petition, no scores or watch lists of people. The words below are
looked for in the names and labels of a contract; they catch a plain declaration, not one in disguise.
"""

import re
from dataclasses import dataclass

from ingest.contract_types import Contract


@dataclass(frozen=True)
class Limit:
    """A kind of data that is refused, with the words that declare it."""

    kind: str
    english: str  # alternatives of whole words inside snake_case or camelCase names
    chinese: str  # alternatives anywhere in a label


FIELDS = (
    Limit("faces", "face|facial|faceprint|portrait", "人脸|面部|面容|人像"),
    Limit("biometrics", "fingerprint|iris|voiceprint|dna|biometrics?", "指纹|虹膜|声纹|基因|生物特征"),
    Limit(
        "number plates",
        "plate|plates|licen[cs]e plate|number plate|plate_?no",
        "车牌|号牌|车辆牌照|机动车牌",
    ),
    Limit(
        "tracks of people",
        "track|tracks|trajectory|trajectories|imsi|imei|mac address",
        "轨迹|行踪|足迹|同行人|同住人",
    ),
    Limit("religion", "religion|religious|faith|belief", "宗教|信仰|教派|信教"),
    Limit("political views", "political|politics|party membership", "政治面貌|政治倾向|政治态度|党派"),
    Limit(
        "scores of people",
        "risk score|person score|credit score|watch ?list|blacklist",
        "积分排名|风险评分|个人评分|信用评分|黑名单|布控",
    ),
)
UNASKED = (*FIELDS, Limit("ethnicity", "ethnicity|ethnic|race", "民族|种族"))
REGISTERS = (
    Limit(
        "a register of a special group",
        "special group|key person(?:nel)?|key people|drug users?|ex offenders?|"
        "mental(?:ly)? (?:ill|disorder)|community correction",
        "特殊人群|重点人员|重点人群|重点关注人|吸毒|戒毒|刑满释放|刑释|社区矫正|精神障碍|精神病|邪教|缠访|闹访",
    ),
    Limit(
        "a register of people who petition",
        "petitioners?(?: (?:register|list|roster|profile))?",
        "信访人员库|信访人库|上访人员|信访人名册|重点信访人|信访老户|上访户|访民",
    ),
)


def _words(name: str) -> str:
    """A name as lower-case words: `plateNo`, `PLATE_NO` and `plate-no` become `plate no`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[^0-9A-Za-z]+", split)).lower().strip()


def _declares(limit: Limit, *names: str) -> bool:
    english = re.compile(rf"\b(?:{limit.english})\b")
    return any(english.search(_words(name)) or re.search(limit.chinese, name) for name in names)


def is_withheld(column: str) -> bool:
    """Whether a column that no contract asked for stays out of the raw zone, going by its name.

    That is what no contract may declare, and ethnicity, which one may, for a purpose that it states.
    """
    return any(_declares(limit, column) for limit in UNASKED)


def problems(contract: Contract) -> list[str]:
    """One sentence for each forbidden thing that a contract declares."""
    found = [
        f"property {p.name!r} ({p.label_zh or p.physical}) declares {limit.kind}, "
        "which Sanling does not take in; remove the property"
        for p in contract.properties
        for limit in (*FIELDS, *REGISTERS[:1])
        if _declares(limit, p.name, p.physical, p.label_zh)
    ]
    about = (contract.name, contract.table, contract.physical_table, contract.title_zh)
    found += [
        f"the feed declares {limit.kind}, which Sanling does not take in; withdraw the contract"
        for limit in (*FIELDS, *REGISTERS)
        if _declares(limit, *about)
    ]
    by_person = [p for p in contract.primary_key if any(rule.name == "expect_citizen_id" for rule in p.rules)]
    if contract.platform == "petition" and by_person:
        found.append(
            f"its primary key {by_person[0].name!r} is a person, so it is a register of people who petition; "
            "key the feed by the petition"
        )
    return found
