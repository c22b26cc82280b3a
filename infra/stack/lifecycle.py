"""Start the stack, stop it, and say how it is."""

import time
from collections.abc import Callable, Collection
from itertools import groupby

from infra.settings import STATE
from infra.stack import configuration, credentials, envfile, owner, processes, supervision
from infra.stack.program import Group, Program
from infra.stack.programs import programs

Say = Callable[[str], None]
UP = ("STARTING", "RUNNING", "BACKOFF", "STOPPING")
DEAD = ("FATAL", "EXITED", "STOPPED", None)
CRASHING = 5.0  # seconds after which a program that starts again and again has failed
ALL: tuple[Group, ...] = ("core", "sandbox", "airflow", "dashboard")


class StackFailed(RuntimeError):
    """A program did not come up."""


def up(groups: Collection[Group], say: Say) -> None:
    """Start what does not run yet and wait until all of it is healthy. Raises StackFailed."""
    owner.open_state()
    with envfile.locked(STATE / "run" / "stack"):
        if not supervision.is_running():
            say("looking for leftovers")
            processes.stop_all()
        _settle_ports(programs(groups))
        credentials.write_settings()
        wanted = programs(groups)
        supervision.configure(wanted)
        for _, wave in groupby(wanted, key=lambda program: program.priority):
            _start_together(list(wave), say)


def down(say: Say) -> int:
    """Stop all that this stack started, with or without its supervisor; returns how many processes."""
    if not STATE.exists():
        return 0
    with envfile.locked(STATE / "run" / "stack"):
        count = sum(1 for _ in processes.ours())
        states = supervision.states()
        running = [
            program for program in programs(ALL) if states.get(program.name, {}).get("statename") in UP
        ]
        for _, wave in groupby(reversed(running), key=lambda program: program.priority):
            _stop_together(list(wave), say)
        if states:
            supervision.call("shutdown")
            _wait(lambda: not any(processes.ours()), 10)
        processes.stop_all()
        for program in programs(ALL):
            program.tidy()
        supervision.tidy()
        return count


def status() -> list[dict[str, object]]:
    """One row a program: name, group, state, pid, port, uptime in seconds."""
    states = supervision.states()
    orphans = {} if states else {name: process.pid for process, name in processes.ours()}
    rows: list[dict[str, object]] = []
    for program in programs(ALL) if STATE.exists() else []:
        info = states.get(program.name, {})
        state = str(info.get("statename", "STOPPED")).lower()
        pid = info.get("pid") or None
        if program.name in orphans:
            state, pid = "orphan", orphans[program.name]
        rows.append(
            {
                "program": program.name,
                "group": program.group,
                "state": state,
                "pid": pid,
                "port": credentials.port(program.ports[0]) if program.ports and pid else None,
                "uptime_seconds": info["now"] - info["start"] if pid and info else None,
            }
        )
    return rows


def _settle_ports(wanted: list[Program]) -> None:
    states = supervision.states()
    for program in wanted:
        if states.get(program.name, {}).get("statename") not in UP:
            for name in program.ports:
                credentials.settle_port(name)


def _start_together(wave: list[Program], say: Say) -> None:
    states = supervision.states()
    for program in wave:
        if states[program.name]["statename"] not in UP:
            say(f"starting {program.name}")
            program.prepare()
            supervision.start(program.name)
    for program in wave:
        say(f"waiting for {program.name}")
        _wait_for(program)
        program.finish()


def _stop_together(wave: list[Program], say: Say) -> None:
    names = [program.name for program in wave]
    say(f"stopping {', '.join(names)}")
    for name in names:
        supervision.call("stopProcess", name, False)
    longest = max(program.stop_seconds for program in wave) + 5
    _wait(lambda: not any(supervision.states()[name]["statename"] in UP for name in names), longest)


def _wait_for(program: Program) -> None:
    begun = time.monotonic()
    log = configuration.log_of(program.name)
    while not program.is_healthy():
        state = supervision.states().get(program.name, {}).get("statename")
        waited = time.monotonic() - begun
        if state in DEAD or (state == "BACKOFF" and waited > CRASHING):
            raise StackFailed(f"{program.name} stopped while starting: see {log}")
        if waited > program.start_seconds:
            raise StackFailed(f"{program.name} was not ready after {program.start_seconds} s: see {log}")
        time.sleep(0.1)


def _wait(is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.1)
