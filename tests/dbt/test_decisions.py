"""What people decide about two records holds, in this night and all later ones, and anybody can ask why."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.cli.main import app
from infra.nightly import publication
from infra.serving import connect_serving
from tests.dbt.lakehouse import Lakehouse, Row

pytestmark = pytest.mark.slow
LINKED = ("+int_event__member", "+int_person__member")
MODELS = (*LINKED, "int_event__review", "int_person__review", "entity_history", "link_quality", "feed")
CALL, PERSON = "police.incident", "police.resident"
WANG, LI = "11010519491231002X", "360426199101010071"  # of GB 11643, and one with a valid check digit
AS = ("--as", "市数据局 数据质量岗")
PARKING = {"narrative": "邻里因停车发生争吵互相推搡请求出警处理", "division_code": "410102001000"}
SEWER = {
    "narrative": "下水道堵塞污水横流恶臭难闻影响出行",
    "division_code": "410103001000",
    "called_at": "2026-09-12 08:00:00",
}
FIRE = {
    "narrative": "楼道堆放杂物电动车充电起火冒烟",
    "division_code": "410104001000",
    "called_at": "2026-09-20 21:00:00",
}
BIKES = {
    "narrative": "地铁口共享单车倒伏成片盲道无法通行",
    "division_code": "410105001000",
    "called_at": "2026-09-25 12:00:00",
}


def call(number: str, about: Row) -> Row:
    return {"incident_no": number, **about, "occurred_at": about.get("called_at", "2026-09-30 08:00:00")}


def resident(number: str, name: str, **values: str) -> Row:
    return {"resident_no": number, "person_name": name, "person_id_no": None, **values}


CALLS = [
    *(call(number, PARKING) for number in ("apart1", "apart2")),  # alike: the weights join them
    *(call(number, SEWER) for number in ("alike1", "alike2")),
    call("joined1", FIRE),
    call("joined2", BIKES),
]
PHONE = {"person_phone": "13800000001", "birth_date": "19800101"}
SHARED = {"person_phone": "13800000002", "birth_date": "19700101"}
RESIDENTS = [
    *(
        resident(number, "赵建国", **PHONE) for number in ("apart1", "apart2")
    ),  # equal in all that is compared
    *(resident(number, "钱小红", **SHARED) for number in ("alike1", "alike2")),
    resident("joined1", "孙大明", birth_date="19600101", person_phone="13800000003"),
    resident("joined2", "孙大名", birth_date="19650505", person_phone="13800000004"),
    resident("number1", "周一平", person_id_no=WANG),
    resident("number2", "周一萍", person_id_no=LI),
]
FEEDS = {"event": CALL, "person": PERSON}


def key(kind: str, name: str) -> str:
    return f"{CALL}:{name}" if kind == "event" else f"{PERSON}:{name}#resident"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def review(*arguments: str) -> Any:
    result = run("review", *arguments)
    assert result.exit_code == 0, result.output
    return result


def entities(lakehouse: Lakehouse, kind: str) -> dict[str, str]:
    """Name of a record -> its entity's ID."""
    column = "_record_key" if kind == "event" else "mention_key"
    found = lakehouse.rows(f"select {column}, {kind}_id from lake.intermediate.int_{kind}__member")
    return {k.split("#")[0].split(":")[1]: entity for k, entity in found if k.startswith(FEEDS[kind])}


def are_one(lakehouse: Lakehouse, kind: str) -> dict[str, bool]:
    """Pair -> whether its two records are one entity."""
    found = entities(lakehouse, kind)
    return {name: found[f"{name}1"] == found[f"{name}2"] for name in ("apart", "alike", "joined")}


@pytest.fixture(scope="module")
def undecided(lakehouse: Lakehouse) -> Lakehouse:
    """A night before anybody decided."""
    lakehouse.deliver(CALL, 1, CALLS)
    lakehouse.deliver(PERSON, 1, RESIDENTS)
    lakehouse.night(*MODELS, day=1)
    return lakehouse


@pytest.fixture(scope="module")
def decided(undecided: Lakehouse) -> Lakehouse:
    """Of each kind one pair is parted, one is joined, and one is left to the weights; then comes a night."""
    for kind in ("event", "person"):
        words = {"apart": "--different", "joined": "--same", "alike": "--unsure"}
        for name, word in words.items():
            pair = (key(kind, f"{name}1"), key(kind, f"{name}2"))
            review("decide", *pair, word, "--why", "看过原件，电话13800138000", *AS)
    undecided.night(*MODELS, day=2)
    return undecided


@pytest.mark.parametrize("kind", ["event", "person"])
def test_before_anybody_decides_the_weights_do(undecided: Lakehouse, kind: str) -> None:
    """Else the decisions below would show nothing."""
    assert are_one(undecided, kind) == {"apart": True, "alike": True, "joined": False}


@pytest.mark.parametrize("kind", ["event", "person"])
def test_the_next_night_obeys(decided: Lakehouse, kind: str) -> None:
    assert are_one(decided, kind) == {"apart": False, "alike": True, "joined": True}


def test_it_holds_when_a_record_changes_and_when_everything_is_compared(decided: Lakehouse) -> None:
    changed = {"updated_at": "2026-10-03 10:00:00"}
    decided.deliver(CALL, 3, [{**row, **changed} for row in CALLS[:1]])
    decided.deliver(PERSON, 3, [{**row, **changed} for row in RESIDENTS[:1]])
    decided.night(*MODELS, day=3)
    before = {kind: entities(decided, kind) for kind in ("event", "person")}
    for kind in before:
        assert are_one(decided, kind) == {"apart": False, "alike": True, "joined": True}
    snapshot = decided.snapshot()
    decided.build(*MODELS, day=3, whole=True)
    assert {kind: entities(decided, kind) for kind in before} == before
    assert decided.changes_since(snapshot) == []


def test_what_was_decided_and_by_whom_is_kept_with_numbers_masked(decided: Lakehouse) -> None:
    found = decided.rows("select decision, decided_by, reason from lake.ops.decision")
    assert sorted(word for word, *_ in found) == ["must", "must", "must_not", "must_not", "unsure", "unsure"]
    assert all(by.startswith("市数据局 数据质量岗 / ") for _, by, _ in found)
    assert all("看过原件" in why and "13800138000" not in why for *_, why in found)


def test_a_decision_that_cannot_hold_is_refused(decided: Lakehouse) -> None:
    known = len(decided.rows("select * from lake.ops.decision"))
    refused = {
        ("apart1", "number9"): "holds no",
        ("number1", "number2"): "two valid ID numbers",
        ("apart1", "apart1"): "compared with itself",
    }
    for (one, other), said in refused.items():
        pair = (key("person", one), key("person", other))
        result = run("review", "decide", *pair, "--same", "--why", "x", *AS)
        assert (result.exit_code, said in result.output) == (1, True), result.output
    pair = (key("event", "joined1"), key("person", "joined2"))
    assert "different kinds" in run("review", "decide", *pair, "--same", "--why", "x", *AS).output
    assert run("review", "decide", *pair, "--why", "x", *AS).exit_code == 2
    assert run("review", "decide", *pair, "--same", "--unsure", "--why", "x", *AS).exit_code == 2
    assert len(decided.rows("select * from lake.ops.decision")) == known


def test_show_tells_bits_by_comparison_and_each_look_is_noted(decided: Lakehouse) -> None:
    pair = [key("event", "alike1"), key("event", "alike2")]
    (shown,) = json.loads(review("show", *pair, "--format", "json").stdout)
    weight = decided.rows(
        "select weight from lake.intermediate.int_event__pair where left_key = ? and right_key = ?", *pair
    )
    assert shown["bits"] == pytest.approx(float(weight[0][0]), abs=0.01)
    assert {"comparison": "prior", "level": "any pair that meets", "bits": -7.0} in shown["said"]
    assert any(row["column"] == "narrative" and row["left"] == SEWER["narrative"] for row in shown["records"])
    assert [row["decision"] for row in shown["decisions"]] == ["unsure"]
    with connect_serving(read_only=True) as con:
        last = con.execute(
            "SELECT command, record_keys FROM sanling.record_access ORDER BY access_id DESC LIMIT 1"
        ).fetchone()
    assert last == ("review show", sorted(pair))


def test_show_of_persons_uses_the_weights_of_the_night(decided: Lakehouse) -> None:
    """Names and numbers agree by the model's own levels, and what differs is said."""
    pair = [key("person", "joined1"), key("person", "joined2")]
    (shown,) = json.loads(review("show", *pair, "--format", "json").stdout)
    levels = {each["comparison"]: each["level"] for each in shown["said"]}
    assert (levels["name"], levels["phone"], levels["sex"]) == ("same sound", "one digit off", "same")
    assert shown["rule"] is None


def test_nothing_is_shown_when_the_look_cannot_be_noted(
    decided: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from infra.review import access

    monkeypatch.setattr(access, "connect_serving", lambda: connect_serving(read_only=True))
    result = run("review", "show", key("event", "alike1"), key("event", "alike2"))
    assert result.exit_code == 1
    assert "writer's credential" in result.output
    assert "下水道" not in result.output


@pytest.mark.parametrize("kind", ["event", "person"])
def test_the_queue_holds_pairs_and_forgets_those_that_were_decided(decided: Lakehouse, kind: str) -> None:
    review_table = f"lake.intermediate.int_{kind}__review"
    left, right = ("joined1", "alike1")
    if kind == "event":
        keys = (key(kind, left), key(kind, right))
    else:
        found = dict(
            decided.rows("select mention_key, profile_key from lake.intermediate.int_person__mention")
        )
        keys = (found[key(kind, left)], found[key(kind, right)])
    before = json.loads(review("list", kind, "--format", "json").stdout)
    columns = "(left_key, right_key, weight, reason" + (", rule)" if kind == "person" else ")")
    values = "(?, ?, 1, 'made_for_the_test'" + (", 'weights')" if kind == "person" else ")")
    with decided.connected() as con:
        con.execute(f"insert into {review_table} {columns} values {values}", list(keys))
    asked = ("list", kind, "--reason", "made_for_the_test", "--format", "json")
    (row,) = json.loads(review(*asked).stdout)
    assert {row["left_key"], row["right_key"]} == {key(kind, left), key(kind, right)}
    assert set(row) == {"kind", "reason", "rule", "weight", "left_key", "right_key"}
    assert len(json.loads(review("list", kind, "--format", "json").stdout)) == len(before) + 1
    review("decide", row["left_key"], row["right_key"], "--unsure", "--why", "看不出", *AS)
    assert json.loads(review(*asked).stdout) == []
    with decided.connected() as con:
        con.execute(f"delete from {review_table} where reason = 'made_for_the_test'")
        con.execute("delete from lake.ops.decision where reason = '看不出'")


def test_link_quality_counts_every_record_once(decided: Lakehouse) -> None:
    for kind in ("event", "person"):
        ((records,),) = decided.rows(f"select count(*) from lake.intermediate.int_{kind}__member")
        counted = decided.rows(
            "select measure, sum(value), min(base), max(base) from lake.mart.link_quality "
            "where entity_kind = ? and measure in ('records_by_rule', 'entities_by_size') group by 1",
            kind,
        )
        by_measure = {measure: (int(total), low, high) for measure, total, low, high in counted}
        assert by_measure["records_by_rule"] == (records, records, records)
        entities_ = len(set(entities(decided, kind).values()))
        assert by_measure["entities_by_size"][0] == entities_
    ((lacking, base),) = decided.rows(
        "select value, base from lake.mart.link_quality where entity_kind = 'person' "
        "and measure = 'without_id_by_feed' and item = ?",
        PERSON,
    )
    assert (lacking, base) == (len(RESIDENTS) - 2, len(RESIDENTS))  # two residents have a number


def test_link_quality_says_how_groups_fare(decided: Lakehouse) -> None:
    """Counted again without SQL: mentions with and without a number that stand with another record."""
    mentions = decided.rows(
        "select mention.id_no is not null, member.person_id "
        "from lake.intermediate.int_person__mention as mention "
        "join lake.intermediate.int_person__member as member using (mention_key)"
    )
    sizes = Counter(person for _, person in mentions)
    for has_number, item in ((True, "with ID number"), (False, "without ID number")):
        own = [sizes[person] > 1 for has, person in mentions if has == has_number]
        assert decided.rows(
            "select value, base from lake.mart.link_quality where measure = 'linked_by_group' and item = ?",
            item,
        ) == [(sum(own), len(own))]


def test_explain_says_what_holds_each_record_and_no_personal_value(decided: Lakehouse) -> None:
    found = entities(decided, "event")
    (said,) = json.loads(run("explain", found["alike1"], "--format", "json").stdout)
    assert {row["record"] for row in said["records"]} == {key("event", "alike1"), key("event", "alike2")}
    assert {row["held_by"] for row in said["records"]} == {key("event", "alike1"), key("event", "alike2")}
    assert all(row["because"] for row in said["records"])
    assert "下水道" not in json.dumps(said, ensure_ascii=False)
    (said,) = json.loads(run("explain", entities(decided, "person")["joined1"], "--format", "json").stdout)
    assert [row["decision"] for row in said["decisions"]] == ["must"]
    assert {row["change"] for row in said["history"]} >= {"create", "merge"}
    text = json.dumps(said, ensure_ascii=False)
    assert "孙" not in text
    assert "1380000" not in text
    assert "孙大名" in run("explain", entities(decided, "person")["joined1"], "--values").output


def test_explain_reads_an_earlier_night(decided: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    before = decided.rows(
        "select count(*) from lake.intermediate.int_event__member at (version => ?) where event_id = ?",
        decided.published[0],
        entities(decided, "event")["apart1"],
    )
    assert before == [(2,)]
    monkeypatch.setattr(publication, "snapshot_of", lambda _: decided.published[0])
    entity = entities(decided, "event")["apart1"]
    (said,) = json.loads(run("explain", entity, "--as-of", "2026-10-01", "--format", "json").stdout)
    assert len(said["records"]) == 2
    assert "no entity" in run("explain", "X-1").output


def test_decisions_travel_as_json_lines(
    decided: Lakehouse, new_lakehouse: Callable[[], Lakehouse], tmp_path: Path
) -> None:
    """Last but one: another lake takes them up, and parts and joins the same."""
    file = tmp_path / "decisions.jsonl"
    review("export", str(file))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    other = new_lakehouse()
    other.deliver(CALL, 1, CALLS)
    other.deliver(PERSON, 1, RESIDENTS)
    other.night(*LINKED, day=1)
    first = json.loads(lines[0])
    wrong = [
        lines[0],
        "{",
        json.dumps({**first, "left_key": f"{CALL}:gone", "decided_at": "2026-10-02T09:00:00+08:00"}),
        json.dumps({**first, "decision": "must"}),
    ]
    bad = tmp_path / "bad.jsonl"
    bad.write_text("\n".join(wrong), encoding="utf-8")
    assert "bad.jsonl:2: is not JSON" in run("review", "import", str(bad)).output
    bad.write_text("\n".join([wrong[0], *wrong[2:]]), encoding="utf-8")
    said = run("review", "import", str(bad))
    assert said.exit_code == 1
    assert f"bad.jsonl:2: the lake holds no event record {CALL}:gone" in said.output
    assert "bad.jsonl:3: " in said.output
    assert "at the same time" in said.output
    assert other.rows("select count(*) from lake.ops.decision") == [(0,)]
    assert "6 new of 6" in review("import", str(file)).output
    assert "0 new of 6" in review("import", str(file)).output
    other.night(*LINKED, day=2)
    for kind in ("event", "person"):
        assert are_one(other, kind) == {"apart": False, "alike": True, "joined": True}
    decided.use()


def test_a_decision_may_be_taken_back(decided: Lakehouse) -> None:
    """Last: it changes the lake."""
    for kind in ("event", "person"):
        for name in ("apart", "joined"):
            pair = (key(kind, f"{name}1"), key(kind, f"{name}2"))
            review("decide", *pair, "--unsure", "--why", "看错了", *AS)
    decided.night(*LINKED, day=4)
    for kind in ("event", "person"):
        assert are_one(decided, kind) == {"apart": True, "alike": True, "joined": False}
