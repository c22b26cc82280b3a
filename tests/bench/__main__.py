"""Measure the paths named, or all of them, and print a table for each."""

import argparse
import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

PATHS = ("database", "rest", "csv", "xlsx", "validation", "serving", "linkage")


def main() -> int:
    """Returns 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("paths", nargs="*", help=f"of {', '.join(PATHS)}; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size of the data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--format", default="table", choices=["table", "json", "csv"])
    given = parser.parse_args()
    with (
        TemporaryDirectory(prefix="sanling-bench-") as state,
        TemporaryDirectory(prefix="sanling-bench-data-") as folder,
    ):
        os.environ["SANLING_STATE"] = state
        return _measured(given, Path(folder))


def _measured(given: argparse.Namespace, folder: Path) -> int:
    # imported here because infra.settings reads the state folder once
    from infra.cli.output import Format, show
    from infra.stack import lifecycle
    from tests.bench.harness import measure

    missed = False
    lifecycle.up(["core"], lambda _: None)
    try:
        for name in given.paths or PATHS:
            work = folder / name
            work.mkdir()
            module = import_module(f"tests.bench.{name}")
            # a path of questions times each of them itself; one of whole runs is measured by the harness
            own = getattr(module, "measure", partial(measure, name))
            rows = own(work, given.scale, given.rounds)
            show(rows, module.TITLE, Format(given.format))
            missed = missed or any(str(row["goal"]).endswith("MISSED") for row in rows)
    finally:
        lifecycle.down(lambda _: None)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
