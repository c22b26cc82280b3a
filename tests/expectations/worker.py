"""A validation in a process of its own, which a test may kill: `worker.py <feed> <interval> <point>`.

At the named point the process kills itself as `kill -9` would.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from expectations import outcome, validate
from infra import store
from ingest.interval import Interval


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable[..., Any], *arguments: Any, is_after: bool) -> Any:
    if not is_after:
        die()
    function(*arguments)
    die()


def first_json(write: Callable[..., Any], bucket: str, key: str, value: Any) -> Any:
    """Die before the outcome itself, with verdicts and report already replaced."""
    if key.startswith("_outcomes/"):
        die()
    return write(bucket, key, value)


POINTS = {  # name -> (owner, function, what replaces it)
    "before_judging": (validate, "judge_file", partial(deadly, is_after=False)),
    "after_judging": (validate, "judge_file", partial(deadly, is_after=True)),
    "before_publication": (outcome, "read", partial(deadly, is_after=False)),
    "before_outcome": (store, "write_json", first_json),
}


def main(feed: str, interval: str, point: str) -> None:
    owner, name, replacement = POINTS[point]
    setattr(owner, name, partial(replacement, getattr(owner, name)))
    validate.validate(feed, Interval.parse(interval))


if __name__ == "__main__":
    main(*sys.argv[1:])
