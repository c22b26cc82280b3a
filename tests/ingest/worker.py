"""A pull in a process of its own, which a test may kill: `worker.py <contracts> <feed> <interval> [point]`.

At the named point the process kills itself as `kill -9` would. Prints the attempt when it gets through.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ingest import batch, contract, landing
from ingest import pull as verb
from ingest.interval import Interval

POINTS = {  # name -> (owner of the function, its name, kill before or after it)
    "before_copy": (batch, "write", False),
    "after_copy": (batch, "write", True),
    "before_withdraw": (landing, "withdraw", False),
    "after_withdraw": (landing, "withdraw", True),
    "after_upload": (landing, "put_raw", True),
    "before_receipt": (landing, "write_receipt", False),
    "after_receipt": (landing, "write_receipt", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable[..., Any], *arguments: Any, is_after: bool) -> Any:
    if not is_after:
        die()
    function(*arguments)
    die()


def main(folder: str, feed: str, interval: str, point: str = "") -> None:
    verb.load = partial(contract.load, folder=Path(folder))  # type: ignore[attr-defined]
    if point:
        owner, name, is_after = POINTS[point]
        setattr(owner, name, partial(deadly, getattr(owner, name), is_after=is_after))
    print(verb.pull(feed, Interval.parse(interval)).attempt)


if __name__ == "__main__":
    main(*sys.argv[1:])
