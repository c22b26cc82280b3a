"""`python -m tests.eval --seeds 31 32 --people 50000`: figures of persons and of events for each seed."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.eval import events, persons
    from tests.eval.score import Score

LEVELS = {"usual": 1.0, "hard": 4.0}
EVENT_HEAD = (
    "| seed | reports | numbers alone: F1 | P | R | F1 "
    "| B3 F1 | true pairs kept | build s | night s | IDs moved |"
)
HEAD = (
    "| seed | slips | records (telling) | with number, phone or birth date: P | R | F1 "
    "| all telling: P | R | F1 | B3 F1 | two numbers | build s | night s (mentions) | IDs moved |"
)


def _row(seed: int, level: str, found: "persons.Found") -> str:
    known, pairs = (
        " | ".join(f"{value:.4f}" for value in (score.precision, score.recall, score.f1))
        for score in (found.known, found.pairs)
    )
    return (
        f"| {seed} | {level} | {found.records:,} ({found.telling:,}) | {known} | {pairs} "
        f"| {found.cubed.f1:.4f} | {found.two_numbers} | {found.seconds:.1f} "
        f"| {found.night:.1f} ({found.touched:,}) | {found.moved} |"
    )


def _three(score: "Score") -> str:
    return " | ".join(f"{value:.4f}" for value in (score.precision, score.recall, score.f1))


def _event_row(seed: int, found: "events.Found") -> str:
    return (
        f"| {seed} | {found.reports:,} | {found.referred.f1:.4f} | {_three(found.pairs)} "
        f"| {found.cubed.f1:.4f} | {found.met:.4f} "
        f"| {found.seconds:.1f} | {found.night:.1f} | {found.moved} |"
    )


def _events(options: argparse.Namespace) -> None:
    from infra.sandbox.parameters import Params
    from tests.eval import events

    print(EVENT_HEAD, "|" + "---|" * 11, sep="\n")
    for seed in options.seeds:
        print(_event_row(seed, events.measure(Params(seed, options.people, options.days))), flush=True)


def _persons(options: argparse.Namespace) -> None:
    from infra.sandbox.parameters import Params
    from tests.eval.persons import measure

    rules: list[tuple[int, str, str, int, float]] = []
    print(HEAD, "|" + "---|" * 14, sep="\n")
    for level in options.levels:
        for seed in options.seeds:
            params = Params(
                seed, options.people, options.days, slips=LEVELS[level], events_per_1000=options.events
            )
            keep = options.keep / f"{level}-{seed}.parquet" if options.keep else None
            found = measure(params, keep)
            print(_row(seed, level, found), flush=True)
            rules += [(seed, level, *rule) for rule in found.rules]
    print("", "| seed | slips | rule | pairs joined | of one person |", "|---|---|---|---|---|", sep="\n")
    for seed, level, rule, pairs, share in rules:
        print(f"| {seed} | {level} | {rule} | {pairs:,} | {share:.4f} |")


def main() -> None:
    """Start servers of its own, measure, print one row a city as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", choices=("persons", "events"), default="persons")
    parser.add_argument("--seeds", type=int, nargs="+", default=[31, 32])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--events", type=float, default=100.0, help="events a day for each 1,000 people")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    parser.add_argument("--keep", type=Path, help="folder for judged mentions, for training and for looking")
    options = parser.parse_args()
    state = tempfile.mkdtemp(prefix="sanling-eval-state-")
    os.environ["SANLING_STATE"] = state  # before infra.settings is read
    from infra.stack import lifecycle

    try:
        lifecycle.up(["core"], lambda _: None)
        {"persons": _persons, "events": _events}[options.of](options)
    finally:
        lifecycle.down(lambda _: None)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
