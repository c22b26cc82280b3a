"""What a build says of itself, and that it dies with its parent."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from infra.nightly import build, dbt_process, register
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


# The process as it is, but that a command is to sleep, to die, or to end with a code.
SERVE = """
import os, signal, sys, threading, time
from infra.nightly import dbt_process

def work(manifest, pipe, number, command):
    threading.Thread(target=dbt_process._end_with_parent, args=(pipe,), daemon=True).start()
    (said,) = command
    print("at work:", os.getpid(), flush=True)
    if said == "sleep":
        time.sleep(60)
    if said == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(int(said))

dbt_process._parse = lambda: ("a project", [0])
dbt_process._work = work
dbt_process._serve()
"""


def result(unique_id: str, status: str, message: str = "", failures: int | None = None) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "status": status,
        "message": message,
        "failures": failures,
        "execution_time": 0.5,
    }


def read(*results: dict[str, Any]) -> dict[str, Any]:
    return build.read_results([{"results": results, "elapsed_time": 3.21}], DESCRIBED)


def test_a_failed_model_is_named_and_its_error_shows_no_value() -> None:
    error = "Conversion Error\n  Could not convert string '410105199001010017' to INT32\nLINE 1: select x"
    said = read(result("model.sanling.event", "error", error), result("model.sanling.place", "success"))
    assert (said["models"], said["seconds"]) == (2, 3.2)
    (failed,) = said["failed_models"]
    assert failed["node"] == "event"
    assert failed["message"] == "Conversion Error Could not convert string '…' to INT32"


def test_a_failed_test_is_named_by_what_it_tests() -> None:
    said = read(
        result(TEST, "fail", "Got 2 results", 2),
        result("model.sanling.event_report", "skipped"),
        result("test.sanling.single_test.1", "warn", "Got 1 result", 1),
    )
    assert [test["node"] for test in said["failed_tests"]] == ["unique of event.event_id"]
    assert said["skipped"] == ["event_report"]
    assert said["failed_models"] == [], "a model behind a failed test has not failed itself"
    assert [test["node"] for test in said["warnings"]] == ["single_test"]


def test_a_model_skipped_for_another_model_fails_the_layer() -> None:
    said = read(result("model.sanling.event", "error", "x"), result("model.sanling.event_report", "skipped"))
    assert [model["node"] for model in said["failed_models"]] == ["event", "event_report"]


def node(kind: str, path: str, *read: str, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    name = path.rsplit("/", 1)[-1].partition(".")[0]
    return {
        "name": name, "resource_type": kind, "original_file_path": path, "tags": [*tags],
        "depends_on": {"nodes": [*read]},
    }  # fmt: skip


NODES = {
    "codes": node("seed", "seeds/codes.csv"),
    "fixed": node("model", "models/staging/fixed.sql", "codes", tags=("reference",)),
    "base_a": node("model", "models/staging/base_a.sql"),
    "stg_a": node("model", "models/staging/stg_a.sql", "base_a", "fixed"),
    "base_b": node("model", "models/staging/base_b.sql"),
    "stg_b": node("model", "models/staging/stg_b.sql", "base_b", "fixed"),
    "stg_c": node("model", "models/staging/stg_c.sql"),
    "tested": node("test", "models/staging/x.yml", "stg_b", "stg_c"),
    "int_d": node("model", "models/intermediate/int_d.sql", "stg_a", "stg_b"),
}


def test_parts_of_a_layer_share_no_model_and_no_test() -> None:
    first, second = build.selections(NODES, "staging", with_seeds=False)
    assert first[:5] == ["--select", "base_b", "stg_b", "stg_c", "--exclude"]
    assert second[:4] == ["--select", "base_a", "stg_a", "--exclude"]
    (whole,) = build.selections(NODES, "staging", with_seeds=True)  # all that read a seed read a model of it
    assert set(whole[1 : whole.index("--exclude")]) == NODES.keys() - {"tested", "int_d"}


def test_a_feed_without_a_batch_is_left_alone() -> None:
    nodes = {name: each for name, each in NODES.items() if not name.endswith("_a")}
    nodes["base_police__a"] = node("model", "models/staging/base_police__a.sql")
    nodes["stg_police__a"] = node("model", "models/staging/stg_police__a.sql", "base_police__a", "fixed")
    (part,) = build.selections(nodes, "staging", with_seeds=False, idle=["police.a"])
    assert part[1 : part.index("--exclude")] == ["base_b", "stg_b", "stg_c"]


def test_a_test_that_reads_a_later_layer_belongs_to_that_one() -> None:
    later = ["--exclude", "path:models/intermediate", "path:models/marts"]
    unit = ["--exclude-resource-type", "unit_test"]
    for part in build.selections(NODES, "staging", with_seeds=False):
        assert part[part.index("--exclude") :] == [*later, *unit]
    assert build.selections(NODES, "intermediate", with_seeds=False) == [
        ["--select", "int_d", "--exclude", "path:models/marts", *unit]
    ]


@pytest.mark.usefixtures("stack")
def test_each_model_of_the_project_is_built_in_one_part() -> None:
    nodes = build.manifest()["nodes"]
    models = {n["name"] for n in nodes.values() if n["resource_type"] in ("model", "seed")}
    for with_seeds in (True, False):
        parts = [p for layer in build.LAYERS for p in build.selections(nodes, layer, with_seeds=with_seeds)]
        built = [name for part in parts for name in part[1:] if name in models]
        left = {n["name"] for n in nodes.values() if n["resource_type"] == "seed" or "reference" in n["tags"]}
        assert sorted(built) == sorted(models if with_seeds else models - left)
        assert with_seeds or len(parts) == 2 * len(build.LAYERS)


@pytest.mark.usefixtures("stack")
def test_no_process_of_dbt_has_to_make_a_schema() -> None:
    """Two that make the same one at once end in a conflict, which only a first night would show, at times."""
    nodes = build.manifest()["nodes"].values()
    assert {n["schema"] for n in nodes if n["resource_type"] in ("model", "seed")} <= {*register.SCHEMAS}


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


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process, with other work than dbt's."""
    monkeypatch.setattr(dbt_process, "COMMAND", (sys.executable, "-c", SERVE))
    dbt_process.stop()
    yield
    dbt_process.stop()


@pytest.mark.parametrize("is_busy", [True, False])
def test_dbt_dies_with_the_process_that_started_it(is_busy: bool) -> None:
    parent = (
        "import sys, time\n"
        "from infra.nightly import dbt_process\n"
        "dbt_process.log.info = lambda _, line: print(line, flush=True)\n"
        f"dbt_process.COMMAND = (sys.executable, '-c', {SERVE!r})\n"
        "print(dbt_process._child().pid, flush=True)\n"
        f"dbt_process.run([['sleep'], ['sleep']] if {is_busy} else [], {{}})\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        left = [psutil.Process(int(process.stdout.readline()))]
        if is_busy:
            said = [process.stdout.readline() for _ in range(2)]
            left += [psutil.Process(int(line.removeprefix("at work: "))) for line in said]
        process.kill()
    _, alive = psutil.wait_procs(left, timeout=30)
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == [], (
        "dbt would have gone on writing the lake"
    )


@pytest.mark.usefixtures("other")
def test_a_dbt_that_was_killed_is_started_anew() -> None:
    assert dbt_process.run([["3"]], {}) == 3
    first = dbt_process._child()
    first.kill()
    first.wait()
    assert dbt_process.run([["4"]], {}) == 4
    assert dbt_process._child().pid != first.pid


@pytest.mark.usefixtures("other")
def test_the_worst_code_of_commands_side_by_side_counts() -> None:
    assert dbt_process.run([], {}) == 0
    assert dbt_process.run([["0"], ["1"]], {}) == 1
    assert dbt_process.run([["1"], ["0"]], {}) == 1
    assert dbt_process.run([["die"], ["1"]], {}) == -signal.SIGKILL
    assert dbt_process.folder(0) != dbt_process.folder(1)
