"""The generated city: the same bytes again, valid numbers, families, places inside their county."""

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from stdnum.cn import ric, uscc

from infra.sandbox import Params, advance, city, describe, generate
from infra.sandbox.coordinates import bd09, gcj02
from infra.sandbox.feeds import FEEDS
from infra.sandbox.feeds.emergency_accident import grade
from infra.sandbox.identifiers import CODE_LETTERS, CODE_WEIGHTS
from infra.settings import CONTRACTS

SMALL = Params(people=1_500, days=6, seed=11, dirt=0.1)


def tree(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path / "a")
    generate(SMALL, folder=tmp_path / "b")
    generate(Params(people=1_500, days=6, seed=12, dirt=0.1), folder=tmp_path / "c")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert tree(tmp_path / "a") != tree(tmp_path / "c")


def test_day_by_day_gives_what_all_at_once_gives(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path / "whole")
    generate(SMALL, until_day=date(2026, 10, 3), folder=tmp_path / "steps")
    assert [advance(tmp_path / "steps") for _ in range(3)] == [date(2026, 10, day) for day in (4, 5, 6)]
    assert tree(tmp_path / "whole") == tree(tmp_path / "steps")


def test_advance_writes_one_day_and_leaves_the_outbox_of_earlier_days(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path)
    before = tree(tmp_path / "outbox")
    advance(tmp_path)
    after = tree(tmp_path / "outbox")
    assert {name: digest for name, digest in after.items() if name in before} == before
    assert {Path(name).stem for name in set(after) - set(before)} == {"2026-10-07"}


def test_generate_anew_leaves_nothing_of_the_earlier_city(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path)
    generate(SMALL, until_day=date(2026, 10, 2), folder=tmp_path)
    assert len(list((tmp_path / "outbox" / "grid.event").iterdir())) == 2


def test_advance_without_a_city_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="generate one first"):
        advance(tmp_path)


def test_outbox_has_the_columns_of_the_contracts(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path)
    for feed, described in FEEDS.items():
        contract = yaml.safe_load((CONTRACTS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
        expected = [one["physicalName"] for one in contract["schema"][0]["properties"]]
        assert sorted(described.columns) == sorted(expected), feed
        table = pq.read_table(tmp_path / "outbox" / feed / "2026-10-02.parquet")
        assert table.column_names == [*described.columns, "_op"]


def test_describe_counts_what_is_there(tmp_path: Path) -> None:
    generate(SMALL, folder=tmp_path)
    rows = {row["feed"]: row for row in describe(tmp_path)}
    files = (tmp_path / "outbox" / "police.incident").glob("*.parquet")
    assert rows["police.incident"]["rows"] == sum(pq.read_table(file).num_rows for file in files)
    assert set(rows) == set(FEEDS)


@pytest.mark.parametrize("region", ["3304", "4101", "4115", "4116", "4213"])
def test_each_region_makes_a_city(region: str, tmp_path: Path) -> None:
    generate(Params(people=800, days=2, region=region), folder=tmp_path)
    people = pq.read_table(tmp_path / "truth" / "persons.parquet")
    assert people.num_rows == 800
    assert {code[:4] for code in people["village_code"].to_pylist()} == {region}


def test_unknown_region_is_an_error() -> None:
    with pytest.raises(ValueError, match="region '9999'"):
        city.build(Params(region="9999"))


def test_citizen_ids_are_valid_distinct_and_agree_with_birth_and_sex() -> None:
    people = city.build(Params(people=5_000)).people
    assert len(set(people.id_no)) == 5_000
    for number, birth, is_female in zip(people.id_no, people.birth, people.is_female, strict=True):
        assert ric.calc_check_digit(number) == number[-1]
        assert number[6:14] == birth
        assert (int(number[16]) % 2 == 0) == is_female
        assert not number.endswith("000")


def test_some_area_codes_are_older_or_younger_than_the_person() -> None:
    built = city.build(Params(people=5_000))
    retired = set(built.divisions.retired)
    areas = Counter(number[:6] in retired for number in built.people.id_no)
    assert 0.05 < areas[True] / 5_000 < 0.4


def test_credit_codes_carry_their_check_characters() -> None:
    firms = city.build(Params(people=20_000)).organisations
    assert len(set(firms.code)) == len(firms.code)
    for code in firms.code:
        if code[:8].isdigit():
            assert uscc.is_valid(code), code
        total = sum(CODE_LETTERS.index(c) * w for c, w in zip(code, CODE_WEIGHTS, strict=False))
        assert CODE_LETTERS[(31 - total % 31) % 31] == code[17]
    assert {"N2", "91", "92"} <= {code[:2] for code in firms.code}
    assert (firms.parent >= 0).any(), "no branch office"


def test_families_share_names_phones_and_homes() -> None:
    people = city.build(Params(people=5_000)).people
    children = np.flatnonzero((people.slot == 2) & (people.age < 15))
    heads = [int(np.argmax(people.household == home)) for home in people.household[children][:50]]
    same = [people.name[c][0] == people.name[h][0] for c, h in zip(children, heads, strict=False)]
    assert np.mean(same) > 0.95
    shared = [people.phone[c] == people.phone[h] for c, h in zip(children, heads, strict=False)]
    assert np.mean(shared) > 0.8
    twins = np.flatnonzero((people.slot[1:] == 3) & (people.birth[1:] == people.birth[:-1]))
    assert len(twins) > 0


def test_names_are_common_long_and_rare() -> None:
    names = city.build(Params(people=30_000)).people.name
    assert Counter(name[0] for name in names).most_common(1)[0][0] in "王李张"
    assert any("·" in name for name in names)
    assert any(char in name for name in names for char in "䶮㛃𠮷")
    assert len(set(names)) > 15_000


def test_gcj02_and_bd09_against_published_points() -> None:
    # Tiananmen, WGS-84 116.391349, 39.907375
    lon, lat = np.array([116.391349]), np.array([39.907375])
    east, north = gcj02(lon, lat)
    assert east[0] == pytest.approx(116.397592, abs=2e-5)
    assert north[0] == pytest.approx(39.908777, abs=2e-5)
    east, north = bd09(lon, lat)
    assert east[0] == pytest.approx(116.403981, abs=3e-5)
    assert north[0] == pytest.approx(39.915105, abs=3e-5)


@pytest.mark.parametrize(
    ("deaths", "serious", "loss", "expected"),
    [
        (0, 0, 0, "04"),
        (2, 9, 999.9, "04"),
        (3, 0, 0, "03"),
        (0, 10, 0, "03"),
        (0, 0, 1_000, "03"),
        (10, 0, 0, "02"),
        (9, 50, 0, "02"),
        (0, 0, 5_000, "02"),
        (30, 0, 0, "01"),
        (0, 100, 0, "01"),
        (0, 0, 10_000, "01"),
    ],
)
def test_grade_is_the_highest_of_three_tests(deaths: int, serious: int, loss: float, expected: str) -> None:
    assert grade(np.array([deaths]), np.array([serious]), np.array([float(loss)]))[0] == expected
