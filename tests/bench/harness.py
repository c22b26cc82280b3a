"""Running the cases of a path in turn, each in a process of its own, and laying the figures side by side."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.ingest.connectors.measured import peak

# What a module offers: TITLE; prepare(folder, scale), a context manager that makes the data, starts what
# must run and yields Facts; CASES, name -> function of the Facts that does the work and returns its rows;
# LIMIT, the case that the others are measured against; GOALS, case -> ratio to keep; FLOORS, if any, case ->
# (another case, how many times its time this one must take at least); warm_up().
Facts = Mapping[str, str]
MISSING = "ModuleNotFoundError"  # a peer that is not installed is left out; `make bench` installs all


@dataclass(frozen=True)
class Run:
    """One run of one case."""

    rows: int
    wall: float  # seconds, without imports
    cpu: float  # seconds of this process
    rss: int  # peak, MB


def measure(name: str, folder: Path, scale: float, rounds: int) -> list[dict[str, Any]]:
    """Figures of all cases of a path as rows of a table."""
    module: Any = import_module(f"tests.bench.{name}")
    with module.prepare(folder, scale) as facts:
        (folder / "facts.json").write_text(json.dumps(dict(facts)))
        runs: dict[str, list[Run]] = {case: [] for case in module.CASES}
        for _ in range(rounds):
            for case, done in runs.items():
                if run := _process(name, case, folder):
                    done.append(run)
    wall = {case: statistics.median(run.wall for run in done) for case, done in runs.items() if done}
    return [_row(module, case, runs[case], wall) for case in wall]


def _goal(module: ModuleType, case: str, wall: Mapping[str, float]) -> str:
    """The goal of a case and whether it was kept; empty where it has none."""
    if case in module.GOALS:
        goal, ratio = module.GOALS[case], wall[case] / wall[module.LIMIT]
        return f"<= {goal} {'kept' if ratio <= goal else 'MISSED'}"
    if case in getattr(module, "FLOORS", {}):
        other, floor = module.FLOORS[case]
        times = wall[case] / wall[other]
        return f"{times:.1f} x {other}, >= {floor} {'kept' if times >= floor else 'MISSED'}"
    return ""


def _row(module: ModuleType, case: str, runs: Sequence[Run], medians: Mapping[str, float]) -> dict[str, Any]:
    walls = [run.wall for run in runs]
    wall = medians[case]
    return {
        "case": case,
        "rows": runs[0].rows,
        "wall_s": round(wall, 2),
        "spread_s": f"{min(walls):.2f}-{max(walls):.2f}",
        "cpu_s": round(statistics.median(run.cpu for run in runs), 2),
        "rss_mb": max(run.rss for run in runs),
        "rows_per_s": round(runs[0].rows / wall),
        "ratio": round(wall / medians[module.LIMIT], 2),
        "goal": _goal(module, case, medians),
    }


def _process(name: str, case: str, folder: Path) -> Run | None:
    command = [sys.executable, "-m", "tests.bench.harness", name, case, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if MISSING in done.stderr:
        return None
    if done.returncode:
        raise RuntimeError(f"{name}/{case}: {done.stderr[-3000:]}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _main(name: str, case: str, folder: str) -> None:
    module: Any = import_module(f"tests.bench.{name}")
    facts = json.loads((Path(folder) / "facts.json").read_text())
    module.warm_up()
    started, cpu = time.perf_counter(), time.process_time()
    rows = module.CASES[case](facts)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"rows": rows, "wall": wall, "cpu": cpu, "rss": peak()}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
