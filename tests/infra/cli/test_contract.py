"""`sanling contract`: check, diff and new as a person calls them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.cli.contract import app
from infra.settings import CONTRACTS
from ingest.contract import feeds

FEED = "petition.message"
TEXT = (CONTRACTS / f"{FEED}.odcs.yaml").read_text(encoding="utf-8")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def copy(folder: Path, old: str = "", new: str = "") -> str:
    """A copy of a contract with one text replaced."""
    assert old in TEXT
    path = folder / f"{FEED}.odcs.yaml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    return str(path)


def test_all_shipped_contracts_pass() -> None:
    result = call("check", "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [row["contract"] for row in rows] == feeds()
    assert all(row["problems"] == [] and row["rules"] > row["properties"] for row in rows)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("logicalType: integer", "logicalType: intger", "intger"),
        ("expect_full_precision", "expect_nonsense", "expect_nonsense"),
        ("name: likes", "name: face_image", "does not take in"),
        ("name: 网络问政留言", "name: TODO 名称", "TODO is left in line 6"),
    ],
)
def test_a_broken_contract_is_named_with_its_problem(tmp_path: Path, old: str, new: str, said: str) -> None:
    result = call("check", copy(tmp_path, old, new))
    assert result.exit_code == 1
    assert f"{FEED}: " in result.stderr
    assert said in result.stderr


def test_a_missing_contract_is_an_error_of_use() -> None:
    assert call("check", "police.nothing").exit_code == 2


def test_the_same_contract_has_no_differences(tmp_path: Path) -> None:
    result = call(
        "diff", copy(tmp_path), "--against", str(CONTRACTS / f"{FEED}.odcs.yaml"), "--format", "json"
    )
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_breaking_change_needs_a_new_first_number(tmp_path: Path) -> None:
    before = str(CONTRACTS / f"{FEED}.odcs.yaml")
    after = copy(tmp_path, "name: likes", "name: approvals")
    result = call("diff", after, "--against", before, "--format", "json")
    assert result.exit_code == 1
    assert {(row["where"], row["breaking"]) for row in json.loads(result.stdout)} >= {("likes", True)}
    assert "at least 2.0.0" in result.stderr
    raised = Path(after).read_text(encoding="utf-8").replace("version: 1.0.0", "version: 2.0.0")
    Path(after).write_text(raised, encoding="utf-8")
    assert call("diff", after, "--against", before).exit_code == 0


def test_neither_file_nor_revision(tmp_path: Path) -> None:
    assert call("diff", FEED, "--against", "no-such-revision").exit_code == 2


def test_a_draft_is_written_once_and_has_things_to_do(tmp_path: Path) -> None:
    sample, target = tmp_path / "cases.csv", tmp_path / "police.case.odcs.yaml"
    sample.write_text("案件编号,更新时间\nA1,2026-10-01 12:00:00\nA2,2026-10-01 13:00:00\n", encoding="utf-8")
    drafted = call("new", str(sample), "--feed", "police.case", "--output", str(target))
    assert drafted.exit_code == 0, drafted.output
    assert "案件编号" in target.read_text(encoding="utf-8")
    checked = call("check", str(target))
    assert checked.exit_code == 1
    assert "TODO is left" in checked.stderr
    again = call("new", str(sample), "--feed", "police.case", "--output", str(target))
    assert again.exit_code == 1
    assert "exists" in again.stderr


def test_a_sample_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = call("new", str(tmp_path / "none.xlsx"), "--feed", "police.case", "--output", "-")
    assert result.exit_code == 1
    assert "none.xlsx" in result.stderr
    assert "Traceback" not in result.output
