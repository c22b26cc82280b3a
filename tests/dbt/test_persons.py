"""Who is one person, night after night: rules, weights, decisions, and IDs that stay."""

from collections.abc import Callable

import pytest

from infra.lake import connect
from infra.sandbox.identifiers import id_check
from tests.dbt.city import call, no
from tests.dbt.lakehouse import Lakehouse, Row

pytestmark = pytest.mark.slow
MODELS = ("+int_person__member", "int_person__review", "entity_history")
HOUR = "2026-10-02 10:00:00"


def id_of(birth: str, sequence: int) -> str:
    body = f"410102{birth}{sequence:03d}"
    return body + id_check(body)


FATHER, SON, MOTHER = id_of("19700101", 11), id_of("20100505", 31), id_of("19720202", 22)
FAMILY = "13800138001"


def resident(number: int, **values: str) -> Row:
    home = {"place_text": "河南省郑州市中原区桐柏路25号3幢2单元501室", "division_code": "410102001001"}
    return {"resident_no": f"R{number:09d}", "registered_on": "20200101", **home, **values}


REGISTER = [
    resident(1, person_name="王建国", person_id_no=FATHER, birth_date="19700101", person_phone=FAMILY),
    resident(2, person_name="王子轩", person_id_no=SON, birth_date="20100505", person_phone=FAMILY),
    resident(3, person_name="李秀英", person_id_no=MOTHER, birth_date="19720202", person_sex="2",
             person_phone="13900139002"),
]  # fmt: skip
CALLS = [
    call(1, caller_name="王建國", caller_sex="男", caller_number=FAMILY),  # traditional character
    call(2, caller_name="王子轩", caller_id_no=FATHER, caller_sex="男", caller_number=FAMILY),
    call(3, caller_name="王先生", caller_sex="男", caller_number=FAMILY),  # father or son
    call(4, caller_name="李女士", caller_sex="女", caller_number="13900139002"),
    call(5, caller_name="李秀瑛", caller_id_no=MOTHER, caller_sex="女"),  # by ear
    call(6, caller_name="赵铁", caller_sex="男", caller_number="13700137003"),
    call(7, caller_name="赵铁", caller_sex="男", caller_number="13600136004"),
    call(8, caller_name="王建国", caller_id_no=FATHER[:6] + "*" * 8 + FATHER[14:], caller_sex="男"),
]


def person(lake: Lakehouse, number: int) -> str:
    """The person whom a call names."""
    return found(lake, f"police.incident:{no(number)}#caller")


def of_register(lake: Lakehouse, number: int) -> str:
    return found(lake, f"police.resident:R{number:09d}#resident")


def found(lake: Lakehouse, mention: str) -> str:
    rows = lake.rows(
        "select person_id from lake.intermediate.int_person__member where mention_key = ?", mention
    )
    return str(rows[0][0])


def history(lake: Lakehouse) -> set[tuple[str, str, str | None]]:
    rows = lake.rows(
        "select change, entity_id, other_id from lake.mart.entity_history where change <> 'create'"
    )
    return {(change, one, other) for change, one, other in rows}


def decide(lake: Lakehouse, left: int, right: int, decision: str) -> None:
    lake.use()
    keys = [f"police.incident:{no(number)}#caller" for number in (left, right)]
    with connect(lake=True) as con:
        con.execute(
            "insert into lake.ops.decision values ('person', ?, ?, ?, 'clerk', now(), 'asked')",
            [*keys, decision],
        )


@pytest.fixture(scope="module")
def city(lakehouse: Lakehouse) -> Lakehouse:
    lakehouse.deliver("police.resident", 1, REGISTER)
    lakehouse.deliver("police.incident", 1, CALLS)
    lakehouse.night(*MODELS, day=1)
    return lakehouse


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("int_person__mention", "mention_key"),
        ("int_person__pair", "left_key || right_key"),
        ("int_person__cluster", "profile_key"),
        ("int_person__member", "mention_key"),
    ],
)
def test_each_row_is_there_once(city: Lakehouse, table: str, key: str) -> None:
    rows = city.rows(f"select count(*), count(distinct {key}) from lake.intermediate.{table}")
    assert rows[0][0] == rows[0][1] > 0


def test_variants_and_homophones_are_one_person(city: Lakehouse) -> None:
    assert person(city, 1) == of_register(city, 1)
    assert person(city, 5) == of_register(city, 3)


def test_a_surname_with_phone_and_sex_is_the_one_person_it_fits(city: Lakehouse) -> None:
    assert person(city, 4) == of_register(city, 3)
    assert person(city, 3) not in (of_register(city, 1), of_register(city, 2)), "father or son: left open"


def test_a_child_under_its_parents_number_is_the_child(city: Lakehouse) -> None:
    assert person(city, 2) == of_register(city, 2) != of_register(city, 1)
    reasons = {row[0] for row in city.rows("select reason from lake.intermediate.int_person__review")}
    assert {"id_of_another", "ambiguous"} <= reasons


def test_a_starred_number_with_the_name_is_its_holder(city: Lakehouse) -> None:
    assert person(city, 8) == of_register(city, 1)


def test_no_person_has_two_valid_numbers(city: Lakehouse) -> None:
    assert city.rows(
        "select person_id from lake.intermediate.int_person__member "
        "group by 1 having count(distinct id_no) > 1"
    ) == []  # fmt: skip


def test_nights_keep_ids_and_tell_what_changed(city: Lakehouse) -> None:
    """A call with both phones' owner merges two persons; when it is deleted, they part again."""
    first, second = person(city, 6), person(city, 7)
    assert first != second
    bridge = {"caller_name": "赵铁", "caller_id_no": id_of("19800808", 51), "caller_sex": "男"}
    both = [
        call(9, **bridge, caller_number="13700137003", updated_at=HOUR),
        call(10, **bridge, caller_number="13600136004", updated_at=HOUR),
    ]
    before = dict(city.rows("select mention_key, person_id from lake.intermediate.int_person__member"))
    city.deliver("police.incident", 2, both)
    city.build(*MODELS, day=2)
    once = history(city), city.dump("intermediate")
    city.build(*MODELS, day=2)  # a night that was killed and runs again
    assert (history(city), city.dump("intermediate")) == once
    city.publish()
    kept = person(city, 6)
    assert kept == person(city, 7) == person(city, 9)
    lost = ({first, second} - {kept}).pop()
    assert history(city) == {("merge", lost, kept)}
    after = dict(city.rows("select mention_key, person_id from lake.intermediate.int_person__member"))
    assert {key for key in before if before[key] != after[key]} <= {
        f"police.incident:{no(number)}#caller" for number in (6, 7)
    }, "nobody else's ID moves"
    gone = [{**row, "is_deleted": "1", "updated_at": "2026-10-03 10:00:00"} for row in both]
    city.deliver("police.incident", 3, gone)
    city.night(*MODELS, day=3)
    assert person(city, 6) != person(city, 7)
    assert kept in (person(city, 6), person(city, 7))
    fresh = ({person(city, 6), person(city, 7)} - {kept}).pop()
    assert history(city) == {("merge", lost, kept), ("split", fresh, kept)}


def test_decisions_hold_night_after_night(city: Lakehouse) -> None:
    decide(city, 6, 7, "must")
    decide(city, 1, 8, "must_not")
    city.night(*MODELS, day=4)
    for day in (5, 6):
        assert person(city, 6) == person(city, 7)
        assert person(city, 1) != person(city, 8)
        city.build(*MODELS, day=day, whole=True)


def test_days_one_by_one_and_at_once_give_the_same_persons(
    city: Lakehouse, new_lakehouse: Callable[[], Lakehouse]
) -> None:
    at_once = new_lakehouse()
    at_once.deliver("police.resident", 1, REGISTER)
    at_once.deliver("police.incident", 1, CALLS)
    decide(at_once, 6, 7, "must")
    decide(at_once, 1, 8, "must_not")
    at_once.build(*MODELS, day=6)
    groups = (
        "select list(mention_key order by mention_key) from lake.intermediate.int_person__member "
        "group by person_id order by 1"
    )
    assert at_once.rows(groups) == city.rows(groups)
