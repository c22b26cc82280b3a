"""DAGs side by side: every one of them is done once, and one display is told of all."""

import json
import os
import subprocess
import sys

from infra.settings import ROOT

# In a process of its own, since forking one that has threads is no good.
PROGRAM = """
import json, os, signal, sys
from infra.airflow import workers

class Log:
    def started(self, dag, task):
        print("started", dag, task, flush=True)
    def ended(self, dag, task, state, seconds, said, error):
        print("ended", dag, state, said["rows"], flush=True)

def work(dag, display):
    display.started(dag, "pull")
    if dag == "c":
        os.kill(os.getpid(), signal.SIGKILL)
    display.ended(dag, "pull", "success", 0.1, {"rows": os.getpid()}, None)
    return "success"

states = workers.run(["a", "b", "c", "d", "e"], work, Log(), count=2)
print(json.dumps(states))
print(os.getpid())
"""


def test_a_process_that_is_killed_fails_its_share_alone() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    *told, states, parent = done.stdout.splitlines()
    assert json.loads(states) == {
        "a": "success", "b": "success", "c": "failed", "d": "success", "e": "failed"
    }  # fmt: skip
    assert {line for line in told if line.startswith("started")} == {f"started {dag} pull" for dag in "abcd"}
    workers = {line.split()[1]: line.split()[3] for line in told if line.startswith("ended")}
    assert set(workers) == {"a", "b", "d"}
    assert workers["b"] == workers["d"] != workers["a"]
    assert parent not in workers.values()
