"""Text, phones, numbers, division codes, encoding damage, lost precision, masks, pseudonyms, coordinates."""

import hashlib
import hmac
import math
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.expectations.batches import ask

MANY = settings(max_examples=25, deadline=None)
PLACEHOLDERS = [
    "",
    " ",
    "\t\n",
    "\u3000",
    "\ufeff",
    "无",
    " 无 ",
    "不详",
    "/",
    "-",
    "—",
    "－",
    "NULL",
    "null",
    "暂无",
    "*",
    "？",
]


def test_placeholders_are_blank_and_words_that_hold_them_are_not(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "is_blank(x)", [None, *PLACEHOLDERS]) == [True] * (len(PLACEHOLDERS) + 1)
    assert ask(con, "clean_text(x)", [None, *PLACEHOLDERS]) == [None] * (len(PLACEHOLDERS) + 1)
    real = ["无锡", "无名氏", "0", "-1", "不详细", "A", "N", "空调", "a/b", "匿名"]
    assert ask(con, "clean_text(x)", real) == real


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80), min_size=1, max_size=50
    )
)
@MANY
def test_clean_text_is_settled_and_blank_agrees_with_it(
    con: duckdb.DuckDBPyConnection, values: list[str]
) -> None:
    once = ask(con, "clean_text(x)", values)
    assert ask(con, "clean_text(x)", once) == once
    assert ask(con, "is_blank(x)", values) == [value is None for value in once]


def test_full_width_letters_are_folded_and_chinese_marks_stay(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "clean_text(x)", ["ＡＢ１２，（甲）\u200b", "\u00a0张三\t"]) == ["AB12，（甲）", "张三"]
    assert ask(con, "clean_code(x)", ["０１", "Ａ－１（甲）"]) == ["01", "A-1(甲)"]


PHONES = {
    "13812345678": "13812345678",
    "+86 138-1234-5678": "13812345678",
    "008613812345678": "13812345678",
    "013812345678": "13812345678",
    "１３８１２３４５６７８": "13812345678",
    "13812345678,13912345678": "13812345678",
    "13812345678 / 0371-65551234": "13812345678",
    "0371-65551234": "037165551234",
    "（0371）65551234转801": "037165551234",
    "+8637165551234": "037165551234",
    "+86 10 62345678": "01062345678",
    "010-62345678": "01062345678",
    "65551234": "65551234",
    "110": "110",
    "12345": "12345",
    "4001234567": "4001234567",
}


def test_phones_in_all_dresses(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, "clean_phone(x)", list(PHONES)) == list(PHONES.values())
    assert ask(con, "phone_ok(clean_phone(x))", list(PHONES)) == [True] * len(PHONES)


@given(st.lists(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), min_size=1, max_size=50))
@MANY
def test_mobiles_are_good_and_a_digit_short_or_a_letter_within_is_not(
    con: duckdb.DuckDBPyConnection, numbers: list[str]
) -> None:
    assert ask(con, "phone_ok(clean_phone(x))", numbers) == [True] * len(numbers)
    bad = [n[:10] for n in numbers] + [n[:5] + "x" + n[6:] for n in numbers] + [n + "1" for n in numbers]
    assert not any(ask(con, "phone_ok(clean_phone(x))", bad))


def test_numbers_and_booleans(con: duckdb.DuckDBPyConnection) -> None:
    good = {"1,234.5": 1234.5, "１２": 12.0, "-1": -1.0, "3.0": 3.0, "1e5": 1e5, ".5": 0.5, " 7 ": 7.0}
    assert ask(con, "parse_number(x)", list(good)) == list(good.values())
    assert (
        ask(con, "parse_number(x)", ["abc", "若干", "3人多", "1,23", "inf", "NaN", "", None, "--1"])
        == [None] * 9
    )
    assert ask(con, "parse_boolean_cn(x)", ["1", "是", "true", "Y", "０", "否", "F", "2", "", None]) == [
        True, True, True, True, False, False, False, None, None, None,
    ]  # fmt: skip


def test_division_codes(con: duckdb.DuckDBPyConnection) -> None:
    given_codes = [
        "410102",
        "410102001",
        "410102001002",
        "4101",
        "410102000000.0",
        "４１０１０２",
        " 410102 ",
    ]
    full = ["410102000000", "410102001000", "410102001002", "410100000000", *["410102000000"] * 3]
    assert ask(con, "clean_division_code(x)", given_codes) == full
    assert ask(con, "clean_division_code(x)", ["41010", "4.1E11", "x", None, "010102"]) == [None] * 5


def codec_class(first: range, second: range) -> set[str]:
    """What Python's codec makes of the byte pairs."""
    found = set()
    for pair in ((a, b) for a in first for b in second):
        try:
            found.add(bytes(pair).decode("gb18030"))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize(
    ("macro", "first", "second"),
    [("_moji_first", range(0xE2, 0xF0), range(0x80, 0xC0)),
     ("_moji_second", range(0x81, 0xC0), range(0xE2, 0xF0)),
     ("_moji_third", range(0x81, 0xC0), range(0x80, 0xC0)),
     ("_moji_cut", range(0x81, 0xC0), range(0x40, 0x7F))],
)  # fmt: skip
def test_the_classes_of_damage_are_those_of_the_codec(
    con: duckdb.DuckDBPyConnection, macro: str, first: range, second: range
) -> None:
    pattern = ask(con, f"'[' || {macro}() || ']'", [None])[0]
    pattern = re.sub(r"\\x\{([0-9A-F]+)\}", lambda m: chr(int(m[1], 16)), pattern)
    missing = [c for c in sorted(codec_class(first, second)) if not re.fullmatch(pattern, c)]
    extra = [c for c in map(chr, range(0x80, 0xE000)) if re.fullmatch(pattern, c)]
    assert missing == []
    assert set(extra) <= codec_class(first, second)


def test_damage_of_every_kind_and_whole_text(con: duckdb.DuckDBPyConnection) -> None:
    sound = [
        "报警人称有人争吵",
        "××××公司",
        "·····",
        "谢谢！！！",
        "火连畈茶场",
        "abc???",
        "é",
        "㛃𠮷䶮",
        "王淼\ue18e",  # a rare character that was given a code of private use
        "张\ue0ff",
        None,
        "",
    ]
    assert not any(ask(con, "mojibake(x)", sound))
    short = ["姓名证件", "王强", "某地", "彭某", "鑫苑", "请派人到场", "张振𠮷", "伊斯马伊力·阿卜杜"]
    utf8_as_gbk = [text.encode().decode("gb18030", "replace") for text in short]
    utf8_as_latin = [text.encode().decode("latin-1") for text in short]
    gbk_as_latin = [text.encode("gb18030").decode("latin-1") for text in short[:1]]
    marks = ["A\ufffdB", "锟斤拷", "?????", "姓名\x85"]
    damaged = utf8_as_gbk + utf8_as_latin + gbk_as_latin + marks
    assert ask(con, "mojibake(x)", damaged) == [True] * len(damaged)


def test_precision_that_a_spreadsheet_lost(con: duckdb.DuckDBPyConnection) -> None:
    lost = ["4.10105199001010e+17", "4.1E+17", "410105199001010000", "410105199001009984", "1.38E+10",
            "410105199001010000.0", "４.1E+17"]  # fmt: skip
    kept = ["410105199001010011", "11010519491231002X", "410102000000", "13812345678", "160008", "9" * 11,
            "000000000000000000", "110105194912310021", "91350100M000100Y43", "无", "", None]  # fmt: skip
    assert ask(con, "precision_lost(x)", lost) == [True] * len(lost)
    assert not any(ask(con, "precision_lost(x)", kept))


restricted_values = st.one_of(
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", min_size=2, max_size=4),
    st.text("郑州市中原区建设路号楼单元室人称有", min_size=5, max_size=60),
)


@given(st.lists(restricted_values, min_size=1, max_size=100))
@MANY
def test_a_mask_never_shows_the_value(con: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    for value, shown in zip(values, ask(con, "mask_value(x, 'restricted')", values), strict=True):
        assert value not in shown
        kept = sum(c not in "*…（共字）" and not c.isspace() for c in shown)
        assert kept < len(value) or len(value) > 4


def test_masks_as_people_know_them(con: duckdb.DuckDBPyConnection) -> None:
    shown = {
        "410102199001010011": "410102********0011",
        "410102 19900101 0011": "410102**********0011",
        "13812341234": "138****1234",
        "张三丰": "张**",
        "在建设路有人争吵": "在…（共8字）",
        "无": "无",
    }
    assert ask(con, "mask_value(x, 'restricted')", list(shown)) == list(shown.values())


def test_an_identifier_in_an_internal_column_is_masked_as_well(con: duckdb.DuckDBPyConnection) -> None:
    values = ["410102199001010011", "联系人13812341234", "2026-10-01", "410102001002", "95"]
    assert ask(con, "mask_value(x, 'internal')", values) == [
        "410102********0011", "联系人138****1234", "2026-10-01", "410102001002", "95",
    ]  # fmt: skip


def test_the_pseudonym_is_the_hmac_of_rfc_2104(con: duckdb.DuckDBPyConnection) -> None:
    values = ["11010519491231002X", "张三", ""]
    expected = [hmac.new(bytes(range(32)), value.encode(), hashlib.sha256).hexdigest() for value in values]
    assert ask(con, "pseudonym(x)", [*values, None]) == [*expected, None]


def test_a_pseudonym_without_a_key_is_an_error_and_no_value() -> None:
    from infra.lake import functions

    bare = duckdb.connect()
    bare.execute(functions())
    with pytest.raises(duckdb.Error, match="key is not set"):
        bare.execute("SELECT pseudonym('x')")


CITIES = {"郑州": (113.62, 34.75, 568), "川汇": (114.65, 33.62, 530), "秀洲": (120.71, 30.77, 484)}


@pytest.mark.parametrize("city", CITIES)
def test_gcj02_moves_as_far_as_measured_and_comes_back(con: duckdb.DuckDBPyConnection, city: str) -> None:
    lon, lat, metres = CITIES[city]
    there = f"wgs84_to_gcj02_lon({lon}, {lat}), wgs84_to_gcj02_lat({lon}, {lat})"
    found = con.execute(f"SELECT {there}").fetchone()
    assert found is not None
    moved = con.execute(f"SELECT 1000 * distance_km({lon}, {lat}, {found[0]}, {found[1]})").fetchone()
    assert moved is not None
    assert math.isclose(moved[0], metres, rel_tol=0.02)
    back = con.execute(
        f"SELECT 1000 * distance_km({lon}, {lat}, gcj02_to_wgs84_lon({there}), gcj02_to_wgs84_lat({there}))"
    ).fetchone()
    assert back is not None
    assert back[0] < 0.05


def test_bd09_is_undone(con: duckdb.DuckDBPyConnection) -> None:
    import numpy as np

    from infra.sandbox.coordinates import bd09

    lon, lat = bd09(np.array([113.62]), np.array([34.75]))
    there = f"{lon[0]}, {lat[0]}"
    found = con.execute(
        f"SELECT 1000 * distance_km(113.62, 34.75, bd09_to_wgs84_lon({there}), bd09_to_wgs84_lat({there}))"
    ).fetchone()
    assert found is not None
    assert found[0] < 1.0
