"""`python -m tests.eval.things --seeds 31 32`: organisations, places, address parts."""

import argparse
import os
import shutil
import tempfile

LEVELS = ("usual", "hard")
ORGANISATIONS = (
    "| seed | names | records | found | truth | P | R | F1 | B3 F1 | two codes | night s | IDs moved |"
)
PLACES = "| seed | records | found | truth | P | R | F1 | B3 F1 | two numbers | whole s |"
PARTS = "| seed | part | told | right | share |"


def main() -> None:
    """Start servers of its own, measure, print one row a city as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[31, 32])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=list(LEVELS))
    options = parser.parse_args()
    state = tempfile.mkdtemp(prefix="sanling-eval-state-")
    os.environ["SANLING_STATE"] = state  # before infra.settings is read
    from infra.sandbox.parameters import Params
    from infra.stack import lifecycle
    from tests.eval import elements, organisations, places

    try:
        lifecycle.up(["core"], lambda _: None)
        print(ORGANISATIONS, "|" + "---|" * 12, sep="\n")
        for level in options.levels:
            for seed in options.seeds:
                one = organisations.measure(Params(seed, options.people, options.days), hard=level == "hard")
                print(one.row(seed, level), flush=True)
        print("", PLACES, "|" + "---|" * 10, sep="\n")
        told: list[str] = []
        for seed in options.seeds:
            found = places.measure(Params(seed, options.people, options.days))
            print(found.row(seed), flush=True)
            told += [
                f"| {seed} | {name} | {n:,} | {right:,} | {right / n:.4f} |"
                for name, n, right in found.parts
                if n
            ]
        print("", PARTS, "|" + "---|" * 5, *told, sep="\n")
        print("", f"grammar: {elements.speed():,.0f} addresses a second", sep="\n")
        for name, n, right in elements.tagged():
            print(f"| tagged | {name} | {n:,} | {right:,} | {right / n:.4f} |")
    finally:
        lifecycle.down(lambda _: None)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
