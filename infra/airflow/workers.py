"""Several DAGs at once, in processes forked from one that has loaded Airflow, the DAGs and the rules.

A forked process says through a pipe what its tasks do, so that one display shows all of them.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

MOST = 4  # processes; each takes about 0.6 GB, and platforms do not like to be asked by more at once
LOST = "failed"  # state of a DAG whose process ended before it could tell


class Display(Protocol):
    """What is told of tasks as they run."""

    def started(self, dag: str, task: str) -> None:
        """A task began."""

    def ended(self, dag: str, task: str, state: str, seconds: float, said: Any, error: str | None) -> None:
        """A task ended."""


def warm() -> None:
    """Load before the fork what every process would load again: Airflow's task API and the rule engine.

    The API makes its routes for three seconds when it is first asked. It is asked here without the loop that
    it has for tasks, which is a thread and has to begin after the fork.
    """
    import httpx
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    import expectations.judge  # noqa: F401

    async def ask() -> httpx.Response:
        way = httpx.ASGITransport(in_process_api_server().app)
        async with httpx.AsyncClient(transport=way, base_url="http://in-process") as api:
            return await api.get("/health")

    asyncio.run(ask()).raise_for_status()


def run(
    dags: Sequence[str], work: Callable[[str, Display], str], display: Display, count: int | None = None
) -> dict[str, str]:
    """Do `work` for each DAG, which tells a display and returns the DAG's state; returns states by DAG."""
    states = dict.fromkeys(dags, LOST)
    fork = multiprocessing.get_context("fork")
    count = count or processes()
    ends: dict[Connection, Any] = {}
    for share in filter(None, (dags[at::count] for at in range(count))):
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=_share, args=(share, work, theirs), daemon=True)
        process.start()
        theirs.close()
        ends[ours] = process
    while ends:
        for ready in wait(list(ends)):
            if not isinstance(ready, Connection):
                continue
            try:
                name, *said = ready.recv()
            except EOFError:
                ends.pop(ready).join()
                continue
            if name == "state":
                states[said[0]] = said[1]
            else:
                getattr(display, name)(*said)
    return states


def processes() -> int:
    """As many as there are cores for us, within reason."""
    return min(len(os.sched_getaffinity(0)), MOST)


def _share(dags: Sequence[str], work: Callable[[str, Display], str], pipe: Connection) -> None:
    from airflow import settings

    settings.engine.dispose(close=False)  # its connections are the parent's
    for dag in dags:
        pipe.send(("state", dag, work(dag, _Teller(pipe))))


class _Teller:
    """A display at the other end of a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def started(self, *said: Any) -> None:
        self.pipe.send(("started", *said))

    def ended(self, *said: Any) -> None:
        self.pipe.send(("ended", *said))
