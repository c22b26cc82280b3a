"""What a build says of itself, and that it dies with its parent."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.nightly import build, dbt_process
from infra.nightly.redact import redact
from infra.settings import ROOT

TEST = "test.sanling.unique_event_event_id.27b5"
DESCRIBED = {
    TEST: {
        "attached_node": "model.sanling.event",
        "test_metadata": {"name": "unique"},
        "column_name": "event_id",
    }
}


SLOW = """
import queue, threading, time
from infra.nightly.dbt_process import _listen
requests, idle = queue.SimpleQueue(), threading.Event()
idle.set()
threading.Thread(target=_listen, args=(requests, idle), daemon=True).start()
print("waiting", flush=True)
if requests.get() is not None:
    print("working", flush=True)
    time.sleep(60)
"""
ECHO = """
import json, os, signal, sys
for line in sys.stdin:
    (said,) = json.loads(line)["command"]
    if said == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("a line of dbt's", flush=True)
    print("\\x00ended", said, flush=True)
"""


def result(unique_id: str, status: str, message: str = "", failures: int | None = None) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "status": status,
        "message": message,
        "failures": failures,
        "execution_time": 0.5,
    }


def read(tmp_path: Path, *results: dict[str, Any]) -> dict[str, Any]:
    file = tmp_path / "run_results.json"
    file.write_text(json.dumps({"results": results, "elapsed_time": 3.21}), encoding="utf-8")
    return build.read_results(file, DESCRIBED)


def test_a_failed_model_is_named_and_its_error_shows_no_value(tmp_path: Path) -> None:
    error = "Conversion Error\n  Could not convert string '410105199001010017' to INT32\nLINE 1: select x"
    said = read(
        tmp_path, result("model.sanling.event", "error", error), result("model.sanling.place", "success")
    )
    assert (said["models"], said["seconds"]) == (2, 3.2)
    (failed,) = said["failed_models"]
    assert failed["node"] == "event"
    assert failed["message"] == "Conversion Error Could not convert string '…' to INT32"


def test_a_failed_test_is_named_by_what_it_tests(tmp_path: Path) -> None:
    said = read(
        tmp_path,
        result(TEST, "fail", "Got 2 results", 2),
        result("model.sanling.event_report", "skipped"),
        result("test.sanling.single_test.1", "warn", "Got 1 result", 1),
    )
    assert [test["node"] for test in said["failed_tests"]] == ["unique of event.event_id"]
    assert said["skipped"] == ["event_report"]
    assert said["failed_models"] == [], "a model behind a failed test has not failed itself"
    assert [test["node"] for test in said["warnings"]] == ["single_test"]


def test_a_model_skipped_for_another_model_fails_the_layer(tmp_path: Path) -> None:
    said = read(
        tmp_path, result("model.sanling.event", "error", "x"), result("model.sanling.event_report", "skipped")
    )
    assert [model["node"] for model in said["failed_models"]] == ["event", "event_report"]


def test_a_test_that_reads_a_later_layer_belongs_to_that_one() -> None:
    assert build.selection("staging", with_seeds=True) == [
        *("--select", "path:seeds", "path:models/staging"),
        *("--exclude", "path:models/intermediate", "path:models/marts"),
    ]
    assert build.selection("staging", with_seeds=False)[1] == "path:models/staging"
    assert "--exclude" not in build.selection("marts", with_seeds=True)
    assert build.selection("marts", with_seeds=False)[-2:] == ["--exclude", "tag:reference"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('Duplicate key "id: 13800138000" violates', 'Duplicate key "…" violates'),
        ("value 11010519491231002X is bad", "value … is bad"),
        ("batch police.incident/20261001T0000--20261002T0000 row 15", None),
        ("model.sanling.stg_police__incident in 0.35 s", None),
    ],
)
def test_messages_lose_values_and_nothing_else(said: str, kept: str | None) -> None:
    assert redact(said) == (said if kept is None else kept)


@pytest.mark.parametrize("is_busy", [True, False])
def test_dbt_dies_with_the_process_that_started_it(is_busy: bool) -> None:
    parent = (
        "import sys, time\n"
        "from infra.nightly import dbt_process\n"
        f"dbt_process.COMMAND = (sys.executable, '-c', {SLOW!r})\n"
        "child = dbt_process._child()\n"
        "print(child.pid, flush=True)\n"
        f"child.stdin.write({chr(10) if is_busy else ''!r})\n"
        "child.stdin.flush()\n"
        "for line in child.stdout:\n"
        "    print(line, end='', flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        assert process.stdout.readline() == "waiting\n"
        if is_busy:
            assert process.stdout.readline() == "working\n"
        process.kill()
    deadline = time.monotonic() + 30
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "dbt would have gone on writing the lake"
        time.sleep(0.1)


def test_a_dbt_that_was_killed_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt_process, "COMMAND", (sys.executable, "-c", ECHO))
    dbt_process.stop()
    try:
        assert dbt_process.run(["3"], {}) == 3
        first = dbt_process._child()
        assert dbt_process.run(["die"], {}) == -signal.SIGKILL
        assert dbt_process.run(["4"], {}) == 4
        assert dbt_process._child().pid != first.pid
    finally:
        dbt_process.stop()
