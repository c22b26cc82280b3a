"""How one value is spoiled, for each kind of dirt; None where the row does not lend itself to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from infra.sandbox.city import City
from infra.sandbox.coordinates import gauss_krueger
from infra.sandbox.identifiers import CODE_LETTERS, ID_CHECKS, id_check
from infra.sandbox.randomness import Rng

Changes = dict[str, str | None]
Option = TypeVar("Option")

BLANKS = ("", None, "无", "不详", "-", "/")
FAR = (  # Shanghai, Chengdu, Urumqi, Guangzhou
    ("121.473701", "31.230416"),
    ("104.065735", "30.659462"),
    ("87.617733", "43.792818"),
    ("113.264435", "23.129163"),
)
# field -> (the earlier date before which it is put, fewest and most hours); never later, into the future
ORDERS = {
    "JASJ": ("JJSJ", 1, 48),
    "JJSJ": ("BJSJ", 1, 5),
    "BJSJ": ("DJSJ", 24, 480),  # of a petition
    "XFRQ": ("WTFSRQ", 72, 960),
    "报送时间": ("发生时间", 2, 20),
    "closeTime": ("reportTime", 1, 90),
    "reportTime": ("happenTime", 1, 30),
    "答复时间": ("留言时间", 24, 300),
    "LASJ": ("FASJ", 1, 72),
    "PASJ": ("FASJ", 1, 240),
    "DJRQ": ("CSRQ", 48, 40_000),
    "TYSJ": ("QYSJ", 48, 20_000),
    "整改期限": ("检查时间", 24, 200),
    "整改完成日期": ("检查时间", 24, 200),
    "signTime": ("issueTime", 1, 48),
    "feedbackTime": ("signTime", 1, 40),
    "deadline": ("happenDate", 24, 400),  # of a dispute
    "XBSJ": ("BLSJ", 48, 400),
}
CLOSED = {  # field that a closed matter must have -> the status column and its closed values
    "BJSJ": ("XFJZT", ("已办结", "已存档")),
    "closeTime": ("status", ("4", "5")),
    "result": ("status", ("3", "4", "5", "7")),
    "整改完成日期": ("销号情况", ("已销号",)),
    "feedback": ("status", ("05",)),
}
UNPARSABLE = ("2026-13-45", "十月三日", "2026年13月40日", "待定时间", "20261399")
UNMAPPED = {
    "JQLBDM": ("995100", "A10001", "0599"),
    "CSJQLBDM": ("995100", "A10001"),
    "JQCLZTDM": ("77", "K"),
    "BJRXBDM": ("7", "X"),
    "GLLX": ("8", "Z"),
    "XFXS": ("托人转交", "第九类"),
    "XFMD": ("未分类目的", "目的甲"),
    "NRFL": ("综合类别", "未归类"),
    "XFJZT": ("流转状态九", "状态未定义"),
    "事故类别": ("77", "踩踏伤害"),
    "事故等级": ("09", "轻微级"),
    "处置状态": ("流转中九", "待核定"),
    "eventType": ("综合事项", "Q17"),
    "eventScale": ("08", "超大型"),
    "status": ("88", "状态未定义"),
    "partySex": ("7", "X"),
    "AJLBDM": ("0877", "B9"),
    "AJXZDM": ("08", "Q"),
    "AJJBDM": ("09", "Z"),
    "AJZTDM": ("77", "K"),
    "XBDM": ("7", "X"),
    "MZDM": ("66", "未识别民族"),
    "HYZKDM": ("55", "H"),
    "XLDM": ("A7", "其他学历九"),
    "YHZGXDM": ("Z1", "族亲"),
    "RYLBDM": ("09", "候鸟人口"),
    "DZLXDM": ("88", "未分类地址"),
    "DZZT": ("7", "待定状态"),
    "ZBXDM": ("地方坐标系", "X9"),
    "DWLBDM": ("77", "其他类别九"),
    "disputeType": ("综合纠纷", "Z99"),
    "scale": ("08", "超大型"),
    "mediateMode": ("约谈", "M9"),
    "level": ("09", "轻微级"),
    "source": ("来源不一", "S77"),
    "partyCategory": ("另一类人员", "P99"),
    "partyIdType": ("888", "其他卡"),
    "隐患类型": ("综合隐患", "Y99"),
    "隐患等级": ("特级", "08"),
    "销号情况": ("待定", "销号九"),
    "行业类别": ("Z", "综合行业"),
    "企业规模": ("巨型", "X"),
    "风险等级": ("紫", "九级"),
    "taskType": ("其他任务九", "T99"),
    "activityType": ("联欢", "K9"),
    "gridType": ("混合网格", "G9"),
    "状态": ("筹备九", "状态未定义"),
    "BLFS": ("传阅", "方式九"),
    "BLZT": ("流转状态九", "状态未定义"),
}
MORE = "补充：情况基本属实。"
TWINS = {  # key -> the column in which a second row of that key differs, and by what
    "eventCode": ("content", MORE),
    "事故编号": ("简要经过", MORE),
    "disputeCode": ("summary", MORE),
    "隐患编号": ("隐患描述", MORE),
    "企业编号": ("地址", "（东门）"),
    "gridCode": ("gridName", "（东片）"),
    "taskCode": ("taskName", "（补充）"),
    "activityCode": ("peopleReached", "0"),
}
LONLAT = ("location", "centre")  # columns that hold "lon,lat" in one text
PAIRS = {"FXDWJD": "FXDWWD", "ZXDJD": "ZXDWD", "经度": "纬度"}  # longitude -> latitude


@dataclass(frozen=True)
class Spot:
    """One field of one row, about to be spoiled."""

    city: City
    rng: Rng
    row: Mapping[str, str | None]
    field: str

    @property
    def value(self) -> str | None:
        """What stands there."""
        return self.row[self.field]

    def one(self, options: tuple[Option, ...]) -> Option:
        """One of the options."""
        return options[int(self.rng.integers(0, len(options)))]


Damage = Callable[[Spot], Changes | None]


def missing_required(at: Spot) -> Changes | None:
    """A required field left empty, or filled with a word that means so."""
    return {at.field: at.one(BLANKS)}


def key_missing(at: Spot) -> Changes | None:
    """A record without its number."""
    return {at.field: at.one(("", None, " "))}


def id_checksum(at: Spot) -> Changes | None:
    """The last character of a citizen ID is another one, without looking like a number of lost precision."""
    if at.value is None:
        return None
    wrong = tuple(at.value[:17] + check for check in ID_CHECKS if check != at.value[17])
    return {at.field: at.one(tuple(number for number in wrong if not _rounded(number)))}


def _rounded(number: str) -> bool:
    """Whether a spreadsheet could have left these digits."""
    return number.isdigit() and (number.endswith("000") or int(float(number)) == int(number))


def id_slip(at: Spot) -> Changes | None:
    """Two neighbouring digits of the area or sequence in the wrong order, which the check character shows."""
    if at.value is None:
        return None
    swaps = tuple(
        at.value[:n] + at.value[n + 1] + at.value[n] + at.value[n + 2 :]
        for n in (*range(5), 14, 15)
        if at.value[n] != at.value[n + 1]
    )
    wrong = tuple(number for number in swaps if number[0] != "0" and not _rounded(number))
    return {at.field: at.one(wrong)} if wrong else None


def id_masked(at: Spot) -> Changes | None:
    """A number that somebody starred out: the birth date, or all but head and tail."""
    if at.value is None:
        return None
    return {
        at.field: at.one((at.value[:6] + "*" * 8 + at.value[14:], at.value[:4] + "*" * 10 + at.value[14:]))
    }


def id_of_another(at: Spot) -> Changes | None:
    """A valid number of somebody born on another day."""
    other = int(at.rng.integers(0, len(at.city.people.id_no)))
    number = str(at.city.people.id_no[other])
    return {at.field: number} if at.value and number[6:14] != at.value[6:14] else None


def id_placeholder(at: Spot) -> Changes | None:
    """A number that stands for "unknown"."""
    return {at.field: at.one(("111111111111111111", "000000000000000000"))} if at.value else None


def id_precision(at: Spot) -> Changes | None:
    """A number that went through a spreadsheet: fifteen digits left, or the exponent shown.

    Fifteen digits that make a valid number show the exponent too: nobody could tell that they were cut.
    """
    if at.value is None:
        return None
    digits = at.value[:15] + "000"
    stays = at.rng.random() < 0.5 and id_check(digits[:17]) != "0"
    return {at.field: digits if stays else f"{float(digits):.14e}".replace("e+", "E+")}


def credit_checksum(at: Spot) -> Changes | None:
    """The last character of a credit code is another one."""
    if at.value is None:
        return None
    wrong = tuple(at.value[:17] + check for check in CODE_LETTERS if check != at.value[17])
    return {at.field: at.one(tuple(code for code in wrong if not _rounded(code)))}


def organisation_checksum(at: Spot) -> Changes | None:
    """The last character of an organisation code is another one."""
    if not at.value:
        return None
    return {at.field: at.value[:-1] + at.one(tuple(c for c in "0123456789X" if c != at.value[-1]))}


def code_unmapped(at: Spot) -> Changes | None:
    """A code or label that no crosswalk knows."""
    return {at.field: at.one(UNMAPPED[at.field])} if at.value else None


def division_unknown(at: Spot) -> Changes | None:
    """A division code that no version of the list has."""
    tail = "299" if at.field == "communityCode" else "000"
    return {at.field: f"{at.city.params.region}99{int(at.rng.integers(700, 990))}{tail}"}


def division_retired(at: Spot) -> Changes | None:
    """The code of a county that was abolished, filled up with zeros."""
    codes: list[str] = at.city.divisions.retired.tolist()
    return {at.field: at.one(tuple(codes)) + "000000"}


def date_unparsable(at: Spot) -> Changes | None:
    """Something that is no date."""
    return {at.field: at.one(UNPARSABLE)} if at.value else None


def date_placeholder(at: Spot) -> Changes | None:
    """1900 or 9999, whichever does not also break the order of dates."""
    return {at.field: "9999-12-31" if at.field == "XFRQ" else "1900-01-01 00:00:00"}


def date_order(at: Spot) -> Changes | None:
    """A later step dated before an earlier one."""
    reference, low, high = ORDERS[at.field]
    other = at.row[reference]
    if at.value is None or other is None:
        return None
    beyond = timedelta(hours=int(at.rng.integers(low, high)), minutes=int(at.rng.integers(1, 59)))
    return {at.field: (datetime.fromisoformat(other) - beyond).isoformat(sep=" ")[: len(at.value)]}


def mojibake(at: Spot) -> Changes | None:
    """UTF-8 bytes read as GB18030; cut where the bytes make whole characters."""
    value = at.value or ""
    for length in range(len(value), 1, -1):
        try:
            spoiled = value[:length].encode("utf-8").decode("gb18030")
        except UnicodeDecodeError:
            continue
        return None if spoiled.isascii() else {at.field: spoiled}
    return None


def number_unparsable(at: Spot) -> Changes | None:
    """A word where a number belongs."""
    return {at.field: at.one(("abc", "若干", "几个", "3人多"))} if at.value else None


def number_range(at: Spot) -> Changes | None:
    """A negative count."""
    return {at.field: at.one(("-1", "-3"))} if at.value else None


def phone_bad(at: Spot) -> Changes | None:
    """A digit short, or with letters in it."""
    value = at.value
    if value is None or len(value) != 11 or not value.isdigit():
        return None
    letter = int(at.rng.integers(3, 10))
    mixed = value[:letter] + "abcx"[letter % 4] + value[letter + 1 :]
    return {at.field: value[:10] if at.rng.random() < 0.6 else mixed}


def _coordinates(at: Spot) -> tuple[str, str] | None:
    if at.field in LONLAT:
        lon, _, lat = (at.value or "").partition(",")
    else:
        lon, lat = at.value or "", at.row[PAIRS[at.field]] or ""
    return (lon, lat) if lon and lat else None


def _put(at: Spot, lon: str, lat: str) -> Changes:
    return {at.field: f"{lon},{lat}"} if at.field in LONLAT else {at.field: lon, PAIRS[at.field]: lat}


def coordinates_swapped(at: Spot) -> Changes | None:
    """Latitude where the longitude belongs."""
    pair = _coordinates(at)
    return _put(at, pair[1], pair[0]) if pair else None


def coordinates_zero(at: Spot) -> Changes | None:
    """The point 0, 0."""
    zero = "0.000000" if at.field in ("FXDWJD", "ZXDJD") else "0"
    return _put(at, zero, zero) if _coordinates(at) else None


def coordinates_projected(at: Spot) -> Changes | None:
    """Metres of a projected system."""
    pair = _coordinates(at)
    if pair is None:
        return None
    east, north = gauss_krueger(float(pair[0]), float(pair[1]))
    return _put(at, f"{east:.2f}", f"{north:.2f}")


def coordinates_outside(at: Spot) -> Changes | None:
    """A point in another part of the country."""
    return _put(at, *at.one(FAR)) if _coordinates(at) else None


def reference_unknown(at: Spot) -> Changes | None:
    """The number of a record that nobody has: a grid's with a serial that is not given, another cut short."""
    if not at.value:
        return None
    serial = f"9{int(at.rng.integers(10, 100))}"
    return {at.field: at.value[:12] + serial if at.field == "gridCode" else at.value[:-1]}


def grid_elsewhere(at: Spot) -> Changes | None:
    """The first grid of another community."""
    villages: list[str] = at.city.divisions.village_code.tolist()
    others = tuple(code for code in villages if code != at.row["communityCode"])
    return {at.field: at.one(others) + "001"} if at.value else None


def grade_wrong(at: Spot) -> Changes | None:
    """A grade that is not the gravest of the three tests."""
    others = tuple(code for code in ("01", "02", "03", "04") if code != at.value)
    return {at.field: at.one(others)}


def closed_without(at: Spot) -> Changes | None:
    """Closed, but without what a closed matter must have."""
    column, closed = CLOSED[at.field]
    return {at.field: at.one(("", None))} if at.row[column] in closed else None


def parts_exceed(at: Spot) -> Changes | None:
    """More offenders at large than did it."""
    return {at.field: str(int(at.row["ZARS"]) + 1)} if at.row["ZARS"] else None


def id_in_name(at: Spot) -> Changes | None:
    """An ID number in the column of the name."""
    adults = at.city.people.adults
    return {at.field: at.city.people.id_no[int(at.one(tuple(adults[:50].tolist())))]} if at.value else None


def duplicate_key(at: Spot) -> Changes | None:
    """A second, different row of the same number and time; this gives what differs in it."""
    column, addition = TWINS[at.field]
    return {column: f"{at.row[column]}{addition}"}


KINDS: dict[str, Damage] = {
    function.__name__: function
    for function in (
        missing_required,
        key_missing,
        id_checksum,
        id_slip,
        id_masked,
        id_of_another,
        id_placeholder,
        id_precision,
        credit_checksum,
        organisation_checksum,
        code_unmapped,
        division_unknown,
        division_retired,
        date_unparsable,
        date_placeholder,
        date_order,
        mojibake,
        number_unparsable,
        number_range,
        phone_bad,
        coordinates_swapped,
        coordinates_zero,
        coordinates_projected,
        coordinates_outside,
        reference_unknown,
        grid_elsewhere,
        grade_wrong,
        closed_without,
        parts_exceed,
        id_in_name,
        duplicate_key,
    )
}
