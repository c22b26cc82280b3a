"""One pass over a batch: rules that take long to plan are asked of all columns at once, then settled."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import scan
from expectations.check import Check
from tests.expectations.batches import connect

CON = connect()
SOUND = ["报警人称有人争吵", "abc???", "", None, "王淼\ue18e", "é"]
DAMAGED = [
    "锟斤拷",
    "?????",
    "姓名证件".encode().decode("gb18030", "replace"),
    "王强".encode().decode("latin-1"),
]
NEVER = Check("FALSE", "TRUE", "''", "''")


def damaged(column: str) -> Check:
    return Check(f"mojibake({column})", "TRUE", "''", "''", costly=("mojibake", column))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([*SOUND, *DAMAGED]), min_size=1, max_size=6))
def test_what_is_damaged_in_one_value_is_suspected_of_them_all(values: list[str | None]) -> None:
    text = "\n".join(value for value in values if value is not None)
    found = CON.execute(
        "SELECT bool_or(coalesce(mojibake(v), false)), any_value(mojibake_somewhere($text)) "
        "FROM (SELECT unnest($values::VARCHAR[]) AS v)",
        {"values": values, "text": text},
    ).fetchone()
    assert found is not None
    assert found[1] >= found[0]


@pytest.mark.parametrize("between", [0, 1, scan.WORD - 1, scan.WORD, 2 * scan.WORD])
def test_each_damaged_column_has_its_own_bit(between: int) -> None:
    """The two columns' checks stand in one word of bits or in two; another rule's bit stays as it is."""
    values = [(a, b) for a in (SOUND[0], None, *DAMAGED) for b in (SOUND[0], None, *DAMAGED)]
    table = {"a": [a for a, _ in values], "b": [b for _, b in values], "_n": range(len(values))}
    CON.register("given", pa.table(table))
    checks = {"a": damaged("a")} | {f"never {n}": NEVER for n in range(between)} | {"b": damaged("b")}
    checks["even"] = Check("_n % 2 = 0", "TRUE", "''", "''")
    found = scan.run(CON, "given", checks)
    expected = {
        "a": {n for n, (a, _) in enumerate(values) if a in DAMAGED},
        "b": {n for n, (_, b) in enumerate(values) if b in DAMAGED},
        "even": {n for n in range(len(values)) if n % 2 == 0},
    }
    for name, rows in expected.items():
        broken = CON.execute(f"SELECT _n FROM {scan.FAILED} WHERE {found.broken(name)}").fetchall()
        assert {n for (n,) in broken} == rows
        assert found.failed[name] == len(rows)
    kept = CON.execute(f"SELECT count(*) FROM {scan.FAILED}").fetchone()
    assert kept == (len(set().union(*expected.values())),)


def test_a_suspicion_that_nothing_confirms_leaves_no_row() -> None:
    """Values that are sound one by one may look damaged together, never the other way round."""
    CON.register("given", pa.table({"a": ["abc???"], "b": ["什么"]}))
    assert CON.execute("SELECT mojibake_somewhere('abc???')").fetchone() == (True,)
    found = scan.run(CON, "given", {"a": damaged("a"), "b": damaged("b")})
    assert found.failed == {"a": 0, "b": 0}
    assert CON.execute(f"SELECT count(*) FROM {scan.FAILED}").fetchone() == (0,)


def test_a_batch_without_a_row_has_no_failed_one() -> None:
    CON.register("given", pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.string())}))
    assert scan.run(CON, "given", {"a": damaged("a"), "b": damaged("b")}).failed == {"a": 0, "b": 0}
