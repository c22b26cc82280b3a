"""A feed's contract: the ODCS 3.1 file read, checked and made into small typed values.

One file `<platform>.<feed>.odcs.yaml` is the only place where a feed is described. `load` reads one
and raises ContractBroken with every problem found; what the checks are stands in contract_check.py.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import CustomProperty, DataQuality, OpenDataContractStandard

from infra.settings import CONTRACTS
from ingest.contract_check import problems_of, problems_of_document
from ingest.contract_types import (
    SUFFIX,
    Classification,
    Contract,
    ContractBroken,
    Property,
    Rule,
    Server,
    Severity,
    Sla,
)

__all__ = [
    "SUFFIX",
    "Classification",
    "Contract",
    "ContractBroken",
    "Property",
    "Rule",
    "Server",
    "Severity",
    "Sla",
    "feeds",
    "load",
    "load_all",
    "parse",
]
COMPARISONS = (
    "mustBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
)


def feeds(folder: Path = CONTRACTS) -> list[str]:
    """Names of all feeds that have a contract, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


def load(feed: str, folder: Path = CONTRACTS) -> Contract:
    """The contract of a feed; ContractBroken when it is missing or does not keep the rules."""
    path = folder / f"{feed}{SUFFIX}"
    if not path.is_file():
        known = ", ".join(feeds(folder)) or "none"
        raise ContractBroken(path.name, [f"there is no contract for feed {feed!r} (known: {known})"])
    return _load(path, path.stat().st_mtime_ns)


def load_all(folder: Path = CONTRACTS) -> list[Contract]:
    """All contracts, sorted by feed; the first broken one raises."""
    return [load(feed, folder) for feed in feeds(folder)]


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int) -> Contract:
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, source: str) -> Contract:
    """A contract from YAML text; `source` is the file name that errors are to name."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContractBroken(source, [f"not YAML: {' '.join(str(error).split())}"]) from None
    if problems := problems_of_document(document):
        raise ContractBroken(source, problems)
    contract = _contract(OpenDataContractStandard(**document))
    if problems := problems_of(contract, document, source):
        raise ContractBroken(source, problems)
    return contract


def _contract(odcs: OpenDataContractStandard) -> Contract:
    """Typed values out of a document that has passed the standard's schema and the shape checks."""
    table = (odcs.schema_ or [])[0]
    server = (odcs.servers or [])[0]
    plain = server.model_dump(by_alias=True, exclude_none=True, exclude={"customProperties", "roles"})
    sla = {item.property: item for item in odcs.slaProperties or []}
    retention = sla["retention"]
    about = odcs.description
    return Contract(
        feed=odcs.id or "",
        platform=(odcs.id or "").partition(".")[0],
        version=odcs.version or "",
        status=odcs.status or "",
        title_zh=odcs.name or "",
        owner_zh=getattr(odcs.team, "name", None) or "",
        purpose=(about and about.purpose) or "",
        usage=(about and about.usage) or "",
        limitations=(about and about.limitations) or "",
        table=table.name or "",
        physical_table=table.physicalName or table.name or "",
        properties=tuple(
            Property(
                name=p.name or "",
                physical=p.physicalName or p.name or "",
                label_zh=p.businessName or "",
                logical_type=p.logicalType or "",
                required=bool(p.required),
                primary_key=bool(p.primaryKey),
                classification=p.classification,
                may_be_absent=bool(_custom(p.customProperties).get("mayBeAbsent")),
                rules=tuple(map(_rule, p.quality or [])),
            )
            for p in table.properties or []
        ),
        table_rules=tuple(map(_rule, table.quality or [])),
        server=Server(str(server.type), plain | _custom(server.customProperties)),
        sla=Sla(
            schedule=str(sla["schedule"].value),
            latest_arrival=str(sla["latestArrival"].value),
            history_start=date.fromisoformat(str(sla["historyStart"].value)),
            retention=f"{retention.value}{retention.unit or ''}",
            return_due_days=int(str(sla["returnDue"].value)),
        ),
        tags=tuple(odcs.tags or ()),
    )


def _custom(items: list[CustomProperty] | None) -> dict[str, Any]:
    return {item.property: item.value for item in items or [] if item.property}


def _rule(quality: DataQuality) -> Rule:
    severity: Any = quality.severity
    if quality.type == "library":
        kwargs = {name: getattr(quality, name) for name in COMPARISONS if getattr(quality, name) is not None}
        return Rule(str(quality.metric), kwargs, severity)
    implementation: Any = quality.implementation
    return Rule(str(implementation["type"]), dict(implementation.get("kwargs") or {}), severity)
