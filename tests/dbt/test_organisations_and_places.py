"""Organisations and places night by night: what joins them, what must not, and IDs that stay."""

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from infra.cli.main import app
from tests.dbt.lakehouse import Lakehouse, Row

pytestmark = pytest.mark.slow
MODELS = ("+organisation", "+place", "entity_history")
CODE = "91110000600037341L"
HEAD = "郑州恒达商贸有限公司"


def organisation(number: str, name: str, **values: str | None) -> Row:
    return {"organisation_no": number, "organisation_name": name, "place_text": None, **values}


def call(number: int, place: str, **values: str) -> Row:
    return {
        "incident_no": f"4101022026{number:010d}",
        "place_text": place,
        "called_at": "2026-01-01",
        **values,
    }


DAYS: list[dict[str, list[Row]]] = [
    {
        "police.organisation": [
            organisation("1", HEAD, credit_code=CODE, head_name="赵敏"),
            organisation("2", "恒达商贸", head_name="赵敏"),
            organisation("3", f"{HEAD}中原分公司", head_name="赵敏"),
            organisation(
                "4", "河南郑州恒达商贸有限责任公司", credit_code=CODE.replace("0", "O").replace("1", "I")
            ),
            organisation("5", "王伟", head_name="王伟"),
        ],
        "police.incident": [
            call(1, "河南省郑州市中原区林山寨街道桐柏路25号绿城花园3号楼"),
            call(2, "绿城花园3栋"),
            call(3, "桐柏路25号绿城花园4号楼"),
            call(4, "桐柏路88号碧沙小学"),
            call(5, "碧沙小学附近"),
        ],
    },
    {
        "police.organisation": [organisation("6", f"{HEAD} ", credit_code=CODE)],
        "police.incident": [call(6, "中原区桐柏路89号碧沙小学"), call(7, "桐柏路25号，绿城花园3#楼")],
    },
]


@pytest.fixture(scope="module")
def nights(lakehouse: Lakehouse) -> Lakehouse:
    """Two nights of organisations and places alone."""
    for day, delivered in enumerate(DAYS, 1):
        for feed, rows in delivered.items():
            lakehouse.deliver(feed, day, rows)
        lakehouse.night(*MODELS, day=day)
    return lakehouse


def organisations(nights: Lakehouse) -> dict[str, str]:
    """Number of the organisation in the register -> ID of its entity."""
    found = nights.rows("select _record_key, organisation_id from lake.intermediate.int_organisation__member")
    return {key.partition(":")[2]: one for key, one in found}


def test_code_name_and_head_make_one_organisation(nights: Lakehouse) -> None:
    """An O for a zero and an I for a one are mended, brackets and legal forms do not matter."""
    of = organisations(nights)
    assert of["1"] == of["2"] == of["4"] == of["6"]


def test_a_branch_is_an_organisation_of_its_own_below_its_head_office(nights: Lakehouse) -> None:
    of = organisations(nights)
    assert of["3"] != of["1"]
    found = nights.rows(
        "select name_zh, parent_organisation_id from lake.mart.organisation "
        "where parent_organisation_id is not null"
    )
    assert found == [(f"{HEAD}中原分公司", of["1"])]


def test_a_trader_who_is_called_by_his_own_name_shows_none(nights: Lakehouse) -> None:
    found = nights.rows(
        "select name_zh from lake.mart.organisation where organisation_id = ?", organisations(nights)["5"]
    )
    assert found == [(None,)]


def places(nights: Lakehouse) -> dict[int, str]:
    """Number of the call -> ID of its place."""
    found = nights.rows("select _record_key, place_id from lake.intermediate.int_place__member")
    return {int(key[-10:]): place for key, place in found}


def test_a_place_told_more_or_less_fully_is_one(nights: Lakehouse) -> None:
    of = places(nights)
    assert of[1] == of[2] == of[7]
    assert of[3] != of[1], "another building"


def test_two_numbers_are_two_places_and_what_has_none_is_neither(nights: Lakehouse) -> None:
    """On the first night the school without a number was the one at 88; the second brought a rival."""
    of = places(nights)
    assert len({of[4], of[5], of[6]}) == 3
    assert nights.rows(
        "select count(*) from lake.mart.entity_history where entity_kind = 'place' "
        "and change = 'split' and other_id = ?",
        of[4],
    ) == [(1,)]


def test_a_night_without_news_writes_nothing(nights: Lakehouse) -> None:
    before = nights.snapshot()
    nights.build(*MODELS, day=2)
    nights.build(*MODELS, day=2, whole=True)
    assert nights.changes_since(before) == []


def of_call(number: int) -> str:
    """By what a decision names the place of a call."""
    return f"police.incident:{call(number, '')['incident_no']}#place"


def of_organisation(number: str) -> str:
    """By what a decision names an organisation of the register."""
    return f"police.organisation:{number}#organisation"


def review(*arguments: str) -> Result:
    """`sanling review`."""
    return CliRunner().invoke(app, ["review", *arguments])


def decide(left: str, right: str, word: str) -> Result:
    """`sanling review decide`."""
    return review("decide", left, right, word, "--why", "看过现场", "--as", "市数据局 数据质量岗")


def waiting() -> set[frozenset[str]]:
    """The pairs of places that nobody has decided about."""
    listed = json.loads(review("list", "place", "--format", "json").stdout)
    assert {(row["reason"], row["rule"]) for row in listed} == {("ambiguous", "site")}
    return {frozenset((row["left_key"], row["right_key"])) for row in listed}


def test_the_queue_holds_what_a_rule_would_join_and_shows_the_rule(nights: Lakehouse) -> None:
    """The school without a number: the one at 88 claims it as strongly as the one at 89."""
    nights.use()
    assert waiting() == {frozenset((of_call(5), of_call(other))) for other in (4, 6)}
    (shown,) = json.loads(review("show", of_call(4), of_call(5), "--format", "json").stdout)
    assert (shown["rule"], shown["bits"] > 0) == ("site", True)
    (shown,) = json.loads(
        review("show", of_organisation("1"), of_organisation("2"), "--format", "json").stdout
    )
    assert shown["rule"] == "core_and_head"
    assert {row["left"] for row in shown["records"]} >= {CODE, "赵敏"}


def test_two_numbers_or_codes_are_never_joined(nights: Lakehouse) -> None:
    refused = decide(of_call(4), of_call(6), "--same")
    assert (refused.exit_code, "two street numbers" in refused.output) == (1, True), refused.output
    assert nights.rows("select count(*) from lake.ops.decision") == [(0,)]


def test_the_next_night_obeys(nights: Lakehouse) -> None:
    """Last, since it adds a night."""
    for one in (
        decide(of_call(5), of_call(6), "--same"),
        decide(of_organisation("1"), of_organisation("2"), "--different"),
    ):
        assert one.exit_code == 0, one.output
    nights.night("+int_organisation__member", "+int_place__member", day=3)
    of, among = places(nights), organisations(nights)
    assert of[5] == of[6] != of[4]
    assert among["1"] == among["4"] == among["6"] != among["2"]
    assert waiting() == {frozenset((of_call(4), of_call(5)))}
    (said,) = json.loads(CliRunner().invoke(app, ["explain", of[5], "--format", "json"]).stdout)
    assert [row["decision"] for row in said["decisions"]] == ["must"]
