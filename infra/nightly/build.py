"""Steps `build_*`: a layer of models built by dbt, in processes side by side, and a report of what failed.

A model that fails stops the night here. A failed data test does not, in the marts: the audit refuses the
publication for it and can then list every reason at once.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from infra.lake import dbt_environment
from infra.nightly import dbt_process, journal, publication
from infra.nightly.fingerprint import fingerprint
from infra.nightly.locks import lake_writer, raw_objects
from infra.nightly.parts import chosen, parts
from infra.nightly.project import LOGS, PROJECT
from infra.nightly.redact import redact
from infra.nightly.register import register
from infra.settings import BUILDERS, ROOT
from ingest.contract import feeds

SEEDS = "seeds"
REFERENCE = "reference"  # the tag of models made of files of the repository alone: as fixed as seeds
LAYERS = {  # folders, in the order in which they are built
    "staging": [SEEDS, "models/staging"],
    "intermediate": ["models/intermediate"],
    "marts": ["models/marts"],
}
GOOD = {"success", "pass", "no-op", "reused"}
FAILED = {"fail", "error", "runtime error"}


class BuildFailed(RuntimeError):
    """dbt could not build a layer; the message names the models and what the engine said."""


def build(layer: str, day: date, run_id: str) -> dict[str, Any]:
    """Build one layer (staging, intermediate, marts) for a business date and return its report.

    When code or seeds differ from those of the last publication, every record is compared, not only those of
    pending batches. Raises BuildFailed; may be run again at any time.
    """
    last = publication.last()
    same_code = last is not None and last.code == fingerprint()
    environment = {
        **dbt_environment(),
        "SANLING_BUSINESS_DATE": day.isoformat(),
        "SANLING_RUN_ID": run_id,
        "SANLING_WHOLE": "0" if same_code or last is None else "1",
        "SANLING_PUBLISHED_SNAPSHOT": "" if last is None else str(last.snapshot),
    }
    _parse()
    nodes = manifest()["nodes"]
    with lake_writer(), _batches_settled(layer) as idle:
        wanted = selections(nodes, layer, with_seeds=not same_code, idle=idle if same_code else ())
        results = _run(layer, wanted, environment)
    said = read_results(results, nodes)
    report = {"layer": layer, "whole": environment["SANLING_WHOLE"] == "1", **said}
    journal.write(day, run_id, f"build_{layer}", report)
    failed = [*report["failed_models"], *(report["failed_tests"] if layer != "marts" else [])]
    if failed:
        faults = "; ".join(f"{node['node']} {node['status']}: {node['message']}" for node in failed)
        raise BuildFailed(f"{layer}: {faults}")
    return report


@contextmanager
def _batches_settled(layer: str) -> Iterator[set[str]]:
    """Before staging: every batch that is there now is registered, and none is replaced while it is read.

    Yields the feeds without a batch to build.
    """
    if layer != "staging":
        yield set()
        return
    with raw_objects(feeds()) as busy:
        pending = register(without=busy)["pending"]
        yield set(feeds()) - {batch.partition("/")[0] for batch in pending}


def _run(layer: str, wanted: Sequence[Sequence[str]], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Build the parts of a layer side by side; dbt's run_results.json of each."""
    files = [dbt_process.folder(number) / "run_results.json" for number in range(len(wanted))]
    for file in files:
        file.unlink(missing_ok=True)
    code = dbt_process.run([["build", *part] for part in wanted], environment)
    if not all(file.exists() for file in files):
        raise BuildFailed(f"{layer}: dbt ended with code {code} before it ran a model; see {LOGS}/dbt.log")
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def selections(
    nodes: Mapping[str, Any], layer: str, *, with_seeds: bool, idle: Collection[str] = ()
) -> list[list[str]]:
    """dbt's arguments for the parts of a layer. A test that also reads a later layer belongs to that one.

    Without seeds, the models that are made of nothing but files of the repository are left out too. `idle`:
    feeds whose own models are left out.
    """
    names = list(LAYERS)
    folders = [folder for folder in LAYERS[layer] if with_seeds or folder != SEEDS]
    later = [f"path:{folder}" for name in names[names.index(layer) + 1 :] for folder in LAYERS[name]]
    left_out = {f"{kind}_{feed.replace('.', '__')}" for feed in idle for kind in ("base", "stg")}
    chosen_ids = chosen(nodes, folders, without=() if with_seeds else (REFERENCE,))
    ids = {each for each in chosen_ids if nodes[each]["name"] not in left_out}
    # Unit tests say nothing about tonight's data; `make test` runs them.
    rest = [*(["--exclude", *later] if later else []), "--exclude-resource-type", "unit_test"]
    return [["--select", *part, *rest] for part in parts(nodes, ids, BUILDERS)]


def read_results(documents: Sequence[Mapping[str, Any]], described: Mapping[str, Any]) -> dict[str, Any]:
    """What some run_results.json say: counts, seconds, an entry for each failed or skipped node and warning.

    `described`: the manifest's nodes, which know what a test is about better than its name does.
    """
    results = [result for document in documents for result in document["results"]]
    nodes = [_node(result, described.get(result["unique_id"], {})) for result in results]
    models = [node for node in nodes if node["kind"] in ("model", "seed", "snapshot")]
    tests = [node for node in nodes if node["kind"] in ("test", "unit_test")]
    failed = [node for node in tests if node["status"] in FAILED]
    # A model that dbt skipped because a test before it failed has not failed itself.
    excused = {*GOOD, "skipped"} if failed else GOOD
    return {
        "seconds": round(max((document["elapsed_time"] for document in documents), default=0), 1),
        "models": len(models),
        "tests": len(tests),
        "slowest": sorted(models, key=lambda node: -node["seconds"])[:3],
        "failed_models": [node for node in models if node["status"] not in excused],
        "failed_tests": failed,
        "skipped": [node["node"] for node in models if node["status"] == "skipped"],
        "warnings": [node for node in tests if node["status"] == "warn"],
    }


def _node(result: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, name = result["unique_id"].partition(".")
    if described.get("attached_node") and described.get("test_metadata"):
        about = described["attached_node"].rsplit(".", 1)[-1]
        column = f".{described['column_name']}" if described.get("column_name") else ""
        name = f"{described['test_metadata']['name']} of {about}{column}"
    else:
        name = name.split(".")[1]
    return {
        "node": name,
        "kind": kind,
        "status": result["status"],
        "seconds": round(result["execution_time"], 2),
        "failures": result.get("failures"),
        "message": redact(_first_lines(result.get("message") or "")),
    }


def _first_lines(message: str, limit: int = 400) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip() and not line.startswith("LINE ")]
    return " ".join(lines)[:limit]


def manifest() -> dict[str, Any]:
    """dbt's manifest of the project as last built on this machine, parsed anew where there is none."""
    path = dbt_process.folder(0) / "manifest.json"
    if not path.exists():
        _parse()
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _parse() -> None:
    if dbt_process.run([], dbt_environment()) != 0:
        raise BuildFailed(f"dbt could not parse {os.path.relpath(PROJECT, ROOT)}; see {LOGS}/dbt.log")
