"""Steps `build_*`: one `dbt build` a layer, as a process, and a report that names what failed.

A model that fails stops the night here. A failed data test does not, in the marts: the audit refuses the
publication for it and can then list every reason at once.
"""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from infra.lake import dbt_environment
from infra.nightly import dbt_process, journal, publication
from infra.nightly.fingerprint import fingerprint
from infra.nightly.locks import raw_objects
from infra.nightly.project import LOGS, PROJECT, TARGET
from infra.nightly.redact import redact
from infra.nightly.register import register
from infra.settings import ROOT
from ingest.contract import feeds

SEEDS = "path:seeds"
REFERENCE = "tag:reference"  # models made of files of the repository alone: as fixed as seeds
LAYERS = {  # in the order in which they are built
    "staging": [SEEDS, "path:models/staging"],
    "intermediate": ["path:models/intermediate"],
    "marts": ["path:models/marts"],
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
    results = TARGET / "run_results.json"
    results.unlink(missing_ok=True)
    # Unit tests say nothing about tonight's data; `make test` runs them.
    wanted = [*selection(layer, with_seeds=not same_code), "--exclude-resource-type", "unit_test"]
    if layer == "staging":
        dbt_process.stop()  # it may remember objects of feeds that were pulled again since
        with raw_objects(feeds()) as busy:
            register(without=busy)
            code = dbt_process.run(["build", *wanted], environment)
    else:
        code = dbt_process.run(["build", *wanted], environment)
    if not results.exists():
        raise BuildFailed(f"{layer}: dbt ended with code {code} before it ran a model; see {LOGS}/dbt.log")
    whole = environment["SANLING_WHOLE"] == "1"
    report = {"layer": layer, "whole": whole, **read_results(results, manifest()["nodes"])}
    journal.write(day, run_id, f"build_{layer}", report)
    failed = [*report["failed_models"], *(report["failed_tests"] if layer != "marts" else [])]
    if failed:
        said = "; ".join(f"{node['node']} {node['status']}: {node['message']}" for node in failed)
        raise BuildFailed(f"{layer}: {said}")
    return report


def selection(layer: str, *, with_seeds: bool) -> list[str]:
    """dbt's arguments for a layer. A test that also reads a later layer belongs to that one.

    Without seeds, the models that are made of nothing but files of the repository are left out too.
    """
    names = list(LAYERS)
    paths = [path for path in LAYERS[layer] if with_seeds or path != SEEDS]
    later = [path for name in names[names.index(layer) + 1 :] for path in LAYERS[name]]
    excluded = [*later, *([] if with_seeds else [REFERENCE])]
    return ["--select", *paths, *(["--exclude", *excluded] if excluded else [])]


def read_results(path: Path, described: Mapping[str, Any]) -> dict[str, Any]:
    """dbt's run_results.json as counts, seconds, and one entry a failed or skipped node and a warning.

    `described`: the manifest's nodes, which know what a test is about better than its name does.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    nodes = [_node(result, described.get(result["unique_id"], {})) for result in document["results"]]
    models = [node for node in nodes if node["kind"] in ("model", "seed", "snapshot")]
    tests = [node for node in nodes if node["kind"] in ("test", "unit_test")]
    failed = [node for node in tests if node["status"] in FAILED]
    # A model that dbt skipped because a test before it failed has not failed itself.
    excused = {*GOOD, "skipped"} if failed else GOOD
    return {
        "seconds": round(document["elapsed_time"], 1),
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
    path = TARGET / "manifest.json"
    if not path.exists() and dbt_process.run([], dbt_environment()) != 0:
        raise BuildFailed(f"dbt could not parse {os.path.relpath(PROJECT, ROOT)}; see {LOGS}/dbt.log")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
