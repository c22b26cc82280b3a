"""A person may close a return item that its source cannot mend; the next broken version opens a new one."""

from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.cli.main import app
from infra.nightly import publication
from infra.nightly import return_decisions as decisions
from infra.nightly.return_decisions import By, NotDecided
from tests.dbt.lakehouse import FIRST, Broken, Lakehouse

pytestmark = pytest.mark.slow
FEED = "police.incident"
MODELS = "+return_item"
BY = By("市数据局 数据质量岗", "dq01")
WHY = "张三说改不了，身份证 110105194912310021，电话 13800138000"


def item(lakehouse: Lakehouse, key: str) -> list[tuple[Any, ...]]:
    """(id, status, how, first seen, closed, times returned), oldest first."""
    return lakehouse.rows(
        "select return_item_id, status, closed_how, first_seen_on, closed_on, times_returned "
        "from lake.mart.return_item where record_key = ? order by first_seen_on",
        f"{FEED}:{key}",
    )


def on(day: int) -> date:
    return FIRST + timedelta(days=day - 1)


@pytest.fixture(scope="module")
def decided(lakehouse: Lakehouse) -> Lakehouse:
    """Four calls break a rule on the first day; three of their items are closed by hand before the second."""
    keys = ("quiet", "breaks", "mends", "reopened")
    rows = [{"incident_no": key} for key in keys]
    lakehouse.deliver(FEED, 1, rows, [Broken(row, "citizen_id") for row in range(1, 5)])
    lakehouse.night(MODELS, day=1)
    for key in keys:
        decisions.close(item(lakehouse, key)[0][0], WHY, BY, on(1))
    decisions.reopen(item(lakehouse, "reopened")[0][0], "可以改了", BY, on(1))
    lakehouse.night(MODELS, day=2)
    return lakehouse


def test_the_next_night_shows_it_as_closed_by_hand(decided: Lakehouse) -> None:
    ((_, *said),) = item(decided, "quiet")
    assert said == ["closed", "by_hand", on(1), on(1), 1]
    ((_, *said),) = item(decided, "reopened")
    assert said == ["open", None, on(1), None, 1]


def test_who_when_and_why_stay_in_the_lake_and_numbers_of_people_are_masked(decided: Lakehouse) -> None:
    found = decided.rows(
        "select decision, reason, unit, account, decided_on, decided_at <= now() "
        "from lake.ops.return_decision"
    )
    assert len(found) == 5
    assert {row[2:] for row in found} == {(BY.unit, BY.account, on(1), True)}
    assert all("改" in row[1] for row in found)
    assert "13800138000" not in str(found)
    assert "110105194912310021" not in str(found)
    columns = {name for name, *_ in decided.rows("describe lake.mart.return_item")}
    assert columns.isdisjoint({"reason", "unit", "account"})


def test_what_cannot_be_decided_is_refused_with_the_reason(decided: Lakehouse) -> None:
    quiet, reopened = item(decided, "quiet")[0][0], item(decided, "reopened")[0][0]
    with pytest.raises(NotDecided, match="closed already"):
        decisions.close(quiet, "x", BY, on(2))
    with pytest.raises(NotDecided, match="not closed by hand"):
        decisions.reopen(reopened, "x", BY, on(2))
    with pytest.raises(NotDecided, match="no return item"):
        decisions.close("nothing", "x", BY, on(2))
    with pytest.raises(NotDecided, match="say why"):
        decisions.close(reopened, " ", BY, on(2))


def test_the_command_needs_a_publication_and_names_the_mistake(
    decided: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["close", "nothing", "--why", "x", "--as", "某局"]
    monkeypatch.setattr(publication, "last", lambda: None)
    assert "nothing has been published" in CliRunner().invoke(app, arguments).output
    last = publication.Publication("r", on(2), 1, "c", None, {})  # type: ignore[arg-type]
    monkeypatch.setattr(publication, "last", lambda: last)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, "no return item" in result.output) == (1, True)
    reopened = item(decided, "reopened")[0][0]
    assert CliRunner().invoke(app, ["close", reopened, "--why", "x", "--as", "某局"]).exit_code == 0
    assert CliRunner().invoke(app, ["reopen", reopened, "--why", "x", "--as", "某局"]).exit_code == 0


def test_a_later_broken_version_is_a_new_item_and_a_mended_one_counts_as_mended(decided: Lakehouse) -> None:
    """Last but one: it changes the lake."""
    rows = [{"incident_no": key, "updated_at": "2026-10-03 10:00:00"} for key in ("breaks", "mends")]
    decided.deliver(FEED, 3, rows, [Broken(1, "citizen_id")])
    decided.night(MODELS, day=3)
    first, second = item(decided, "breaks")
    assert first[1:] == ("closed", "by_hand", on(1), on(1), 1)
    assert second[1:] == ("open", None, on(3), None, 1)
    with pytest.raises(NotDecided, match="newer item"):
        decisions.reopen(first[0], "x", BY, on(3))
    ((_, *said),) = item(decided, "mends")
    assert said == ["closed", "mended", on(1), on(3), 1]


def test_decisions_survive_a_night_that_compares_everything(decided: Lakehouse) -> None:
    before = decided.dump("mart")
    decided.build(MODELS, day=3, whole=True)
    assert decided.dump("mart") == before
