"""`sanling pull` as a person calls it."""

import json

import pytest
from typer.testing import CliRunner, Result

from infra.cli.main import app
from infra.settings import Settings


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["pull", *arguments])


@pytest.mark.parametrize(
    "arguments",
    [
        ["police.incident"],
        ["police.incident", "--from", "2026-10-01"],
        ["police.incident", "--date", "2026-10-01", "--to", "2026-10-02"],
    ],
)
def test_an_interval_must_be_named(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "--date" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["police.nothing", "--date", "2026-10-01"], "police.incident"),
        (["police.incident", "--from", "2026-10-02", "--to", "2026-10-01"], "interval is empty"),
        (["police.incident", "--from", "yesterday", "--to", "2026-10-01"], "yesterday"),
        (["police.incident", "--date", "2025-10-01"], "historyStart"),
    ],
)
def test_a_mistake_is_one_line_and_no_traceback(stack: Settings, arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_pull_prints_its_batch(stack: Settings) -> None:
    """The drop folder is empty, so the batch is."""
    result = call("petition.message", "--date", "2026-10-01", "--format", "json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert row["batch_id"] == "petition.message/20260101T0000--20261002T0000"
    assert (row["outcome"], row["rows"]) == ("empty", 0)


def test_a_batch_that_was_not_pulled_cannot_be_judged(stack: Settings) -> None:
    arguments = ["validate", "police.incident", "--from", "2026-07-01", "--to", "2026-07-02"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "pull it first" in result.stderr
    assert "Traceback" not in result.output
