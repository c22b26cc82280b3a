"""`python -m tests.eval --seeds 21 22 --people 50000`: figures of persons for each seed and level."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

LEVELS = {"usual": 1.0, "hard": 4.0}
HEAD = (
    "| seed | slips | records (telling) | P | R | F1 | B3 F1 | two numbers | build s | night s (mentions) "
    "| IDs moved |"
)


def main() -> None:
    """Start servers of its own, measure, print one row a city as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[21, 22])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--events", type=float, default=60.0, help="events a day for each 1,000 people")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    parser.add_argument("--keep", type=Path, help="folder for judged mentions, for training and for looking")
    options = parser.parse_args()
    state = tempfile.mkdtemp(prefix="sanling-eval-state-")
    os.environ["SANLING_STATE"] = state  # before infra.settings is read
    from infra.sandbox.parameters import Params
    from infra.stack import lifecycle
    from tests.eval.persons import measure

    try:
        lifecycle.up(["core"], lambda _: None)
        print(HEAD, "|" + "---|" * 11, sep="\n")
        for level in options.levels:
            for seed in options.seeds:
                params = Params(
                    seed, options.people, options.days, slips=LEVELS[level], events_per_1000=options.events
                )
                keep = options.keep / f"{level}-{seed}.parquet" if options.keep else None
                f = measure(params, keep)
                print(
                    f"| {seed} | {level} | {f.records:,} ({f.telling:,}) "
                    f"| {f.pairs.precision:.4f} | {f.pairs.recall:.4f} "
                    f"| {f.pairs.f1:.4f} | {f.cubed.f1:.4f} | {f.two_numbers} | {f.seconds:.1f} "
                    f"| {f.night:.1f} ({f.touched:,}) | {f.moved} |",
                    flush=True,
                )
    finally:
        lifecycle.down(lambda _: None)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
