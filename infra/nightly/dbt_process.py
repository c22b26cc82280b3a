"""dbt in a process of its own, which forks one for each command: what they took is free when they end.

dbt's import and the parsing of the project take longer than a small layer does, so the process is kept and
does both once. Within one process dbt has one thread, because DuckLake is unsafe under more
(docs/decisions.md); commands that share no model run side by side. Each holds a part of the right to write
the lake while it works, so that the right is never free while one still writes, and all end with their
parent, whose end of the pipe then closes. Parsing writes the manifest; of a command the results alone are
written.
"""

import atexit
import json
import logging
import multiprocessing
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from infra.nightly.locks import lake_part
from infra.nightly.project import LOGS, PROJECT, TARGET
from infra.nightly.redact import redact
from infra.settings import ROOT, settings

COMMAND = (sys.executable, "-m", "infra.nightly.dbt_process")
ENDED = "\x00ended "  # begins the line that says dbt's exit code
GOOD, FAILED, BROKEN, KILLED = 0, 1, 2, 137
log = logging.getLogger(__name__)
_kept: list["subprocess.Popen[str]"] = []


def folder(number: int) -> Path:
    """Where the n-th command of a run, from 0, puts its results and its SQL. The first has the manifest."""
    return TARGET if number == 0 else TARGET.with_name(f"{TARGET.name}-{number}")


def start() -> None:
    """Start the process, if there is none: it loads dbt while the caller does something else."""
    _child()


def run(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run commands of dbt side by side, a process each, and return the worst of their codes.

    0 success, 1 a node failed, 2 dbt itself could not run, else it died. Without a command the project is
    parsed, if that was not done before. What dbt says goes to the log, without personal values. The caller
    holds the right to write the lake.
    """
    child = _child()
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("dbt's process was started without pipes")
    asked = {"commands": [list(command) for command in commands], "environment": dict(environment)}
    child.stdin.write(json.dumps(asked) + "\n")
    child.stdin.flush()
    for line in child.stdout:
        if line.startswith(ENDED):
            return int(line.removeprefix(ENDED))
        if line.strip():
            log.info("%s", redact(line.rstrip()))
    return child.wait()


def stop() -> None:
    """End the process, if there is one; the next `run` starts another."""
    for child in _kept:
        if child.stdin is not None:
            child.stdin.close()
        child.wait()
    _kept.clear()


def _child() -> "subprocess.Popen[str]":
    if _kept and _kept[0].poll() is not None:
        _kept.clear()
    if not _kept:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        text = {"text": True, "encoding": "utf-8", "errors": "replace"}
        _kept.append(subprocess.Popen(COMMAND, cwd=ROOT, env=environment, **pipes, **text))  # type: ignore[call-overload]
    return _kept[0]


atexit.register(stop)


def _serve() -> None:
    """Do what is asked, one request a line of standard input, until it ends."""
    import dbt.cli.main  # noqa: F401  # before the fork, as all that each command needs

    import infra.dbt_plugin  # noqa: F401

    manifest: Any = None
    # Unbuffered, so that nothing is read ahead, and not as 0, which a forked process closes.
    with os.fdopen(os.dup(0), "rb", buffering=0) as pipe:
        for line in pipe:
            asked = json.loads(line)
            os.environ.clear()
            os.environ.update(asked["environment"])
            settings.cache_clear()
            codes = [GOOD]
            if manifest is None or not (folder(0) / "manifest.json").exists():
                manifest, codes = _parse()
            if manifest is not None:
                codes += _forked(partial(_work, manifest, pipe.fileno()), asked["commands"])
            print(f"{ENDED}{max(codes, key=abs)}", flush=True)


def _parse() -> tuple[Any, list[int]]:
    """The project, None if it is broken, and dbt's code."""
    from dbt.cli.main import dbtRunner

    done = dbtRunner().invoke(["parse", *_options(0)])
    return done.result, [_code(done)]


def _forked(work: Callable[[int, Sequence[str]], None], commands: Sequence[Sequence[str]]) -> list[int]:
    """Do some work for each command at once, each in a process forked for it; exit codes, -n for signal n."""
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=work, args=each) for each in enumerate(commands)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode or GOOD for child in children]


def _work(manifest: Any, pipe: int, number: int, command: Sequence[str]) -> None:
    """Run one command; exits with dbt's code."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    with lake_part():
        done = dbtRunner(manifest).invoke([*command, *_options(number), "--no-write-json"])
        DuckDBConnectionManager.close_all_connections()  # nothing is destroyed at the end of a forked process
    if done.result is not None:
        done.result.write(str(folder(number) / "run_results.json"))
    sys.exit(_code(done))


def _end_with_parent(pipe: int) -> None:
    """End at once, whatever is under way, when nobody can ask for anything any more."""
    poll = select.poll()
    poll.register(pipe, 0)  # it was closed, and nothing else
    poll.poll()
    os._exit(KILLED)


def _options(number: int) -> tuple[str, ...]:
    folders = ("--project-dir", str(PROJECT), "--target-path", str(folder(number)), "--log-path", str(LOGS))
    return (*folders, "--no-use-colors", "--log-level-file", "info")


def _code(done: Any) -> int:
    if done.exception is not None:
        print(f"dbt could not run: {done.exception}", flush=True)
        return BROKEN
    return GOOD if done.success else FAILED


if __name__ == "__main__":
    _serve()
    os._exit(GOOD)  # Python would take all of dbt apart for a second
