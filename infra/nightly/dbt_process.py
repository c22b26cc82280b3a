"""dbt in a process of its own, which frees its memory and may be killed without harm to what started it.

`run` starts the process at its first call and keeps it for the next ones, since half of a small layer's time
is Python's and dbt's start. The process holds the right to write the lake itself while it works, so that the
right is never free while it still writes, and it ends with its parent, whose end of the pipe then closes.
It parses the project once, which writes the manifest; of a run it writes the results alone.
"""

import atexit
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from infra.nightly.locks import lake_writer
from infra.nightly.project import LOGS, PROJECT, TARGET
from infra.nightly.redact import redact
from infra.settings import ROOT, settings

COMMAND = (sys.executable, "-m", "infra.nightly.dbt_process")
OPTIONS = (  # of every command
    *("--project-dir", str(PROJECT), "--target-path", str(TARGET), "--log-path", str(LOGS)),
    *("--no-use-colors", "--log-level-file", "info"),
)
ENDED = "\x00ended "  # begins the line that says dbt's exit code
KILLED = 137
log = logging.getLogger(__name__)
_kept: list["subprocess.Popen[str]"] = []


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run dbt and return its code: 0 success, 1 a node failed, 2 dbt itself could not run, else it died.

    `command`: what dbt is to do, nothing if it is only to parse the project. What it says goes to the log,
    without personal values.
    """
    child = _child()
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("dbt's process was started without pipes")
    child.stdin.write(json.dumps({"command": list(command), "environment": dict(environment)}) + "\n")
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
    requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    idle = threading.Event()
    idle.set()
    threading.Thread(target=_listen, args=(requests, idle), daemon=True).start()
    from dbt.cli.main import dbtRunner  # while the first request is on its way

    manifest: Any = None
    while (line := requests.get()) is not None:
        asked = json.loads(line)
        os.environ.clear()
        os.environ.update(asked["environment"])
        settings.cache_clear()
        command = asked["command"]
        with lake_writer():
            if manifest is None or not command:
                result = dbtRunner().invoke(["parse", *OPTIONS])
                manifest = result.result
            if manifest is not None and command:
                result = dbtRunner(manifest).invoke([*command, *OPTIONS, "--no-write-json"])
                if result.result is not None:
                    result.result.write(str(TARGET / "run_results.json"))
        if result.exception is not None:
            print(f"dbt could not run: {result.exception}", flush=True)
        idle.set()
        print(f"{ENDED}{2 if result.exception is not None else 0 if result.success else 1}", flush=True)


def _listen(requests: "queue.SimpleQueue[bytes | None]", idle: threading.Event) -> None:
    """Pass requests on; when the parent is gone, end at once, whatever is under way."""
    # Unbuffered, since Python aborts over a standard buffer that a thread holds at its exit.
    with open(0, "rb", buffering=0, closefd=False) as pipe:
        for line in pipe:
            idle.clear()
            requests.put(line)
    if not idle.is_set():
        os._exit(KILLED)
    requests.put(None)


if __name__ == "__main__":
    _serve()
