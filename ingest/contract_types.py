"""The values that a contract is made of, small and typed; `ingest.contract` reads them from the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

SUFFIX = ".odcs.yaml"
Severity = Literal["refuse", "warn"]
Classification = Literal["public", "internal", "restricted"]


class ContractBroken(ValueError):
    """A contract cannot be used. `problems` holds one sentence each, `source` the file's name."""

    def __init__(self, source: str, problems: list[str]) -> None:
        super().__init__(source, problems)  # as given, so that a scheduler may pickle it
        self.source, self.problems = source, problems

    def __str__(self) -> str:
        return f"{self.source}: " + "; ".join(self.problems)


NAMING = (  # settings of table rules that name properties
    *("earlier", "later", "longitude", "latitude", "lonlat", "division"),
    *("field", "when", "parts", "whole", "deaths", "serious_injuries", "loss", "birth", "sex"),
)


@dataclass(frozen=True)
class Rule:
    """One standard that a property, or the rows of the table, must keep."""

    name: str  # expect_citizen_id … of expectations/rules, or an ODCS library metric such as rowCount
    kwargs: Mapping[str, Any]
    severity: Severity

    @property
    def columns(self) -> tuple[str, ...]:
        """The conformed names that a rule of the table gives."""
        given = [self.kwargs[key] for key in NAMING if key in self.kwargs]
        return tuple(name for value in given for name in ([value] if isinstance(value, str) else value))


@dataclass(frozen=True)
class Property:
    """One column: the source's name for it and ours."""

    name: str
    physical: str
    label_zh: str
    logical_type: str
    required: bool
    primary_key: bool
    classification: Classification
    may_be_absent: bool  # a file without the column is not a broken one
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Server:
    """How the source is reached. Secrets are not here: `connection` names an entry of the settings."""

    type: str  # postgres | api | sftp | local | s3
    settings: Mapping[str, Any]  # the server's own fields and its customProperties, one name space

    @property
    def connection(self) -> str | None:
        """Name of the connection, `SANLING_CONN_<NAME>`; folders need none."""
        return self.settings.get("connection")


@dataclass(frozen=True)
class Sla:
    """When the feed runs, how far back it goes, how long it is kept, when returns are due."""

    schedule: str  # cron, Shanghai time
    latest_arrival: str  # HH:MM of the night
    history_start: date
    retention: str  # 3y
    return_due_days: int


@dataclass(frozen=True)
class Contract:
    """One feed."""

    feed: str  # police.incident
    platform: str
    version: str
    status: str
    title_zh: str
    owner_zh: str
    purpose: str
    usage: str
    limitations: str
    table: str  # conformed name of the document type
    physical_table: str
    properties: tuple[Property, ...]
    table_rules: tuple[Rule, ...]
    server: Server
    sla: Sla
    tags: tuple[str, ...] = ()  # `report`: each record tells of something that happened

    @property
    def is_report(self) -> bool:
        """Whether its records are reports of events; others are registers, counts, steps."""
        return "report" in self.tags

    @property
    def name(self) -> str:
        """The feed's name within its platform: `incident`."""
        return self.feed.partition(".")[2]

    @property
    def primary_key(self) -> tuple[Property, ...]:
        """The properties that name a record, in the contract's order."""
        return tuple(p for p in self.properties if p.primary_key)

    def property_named(self, name: str) -> Property:
        """The property of a conformed name; KeyError when there is none."""
        for found in self.properties:
            if found.name == name:
                return found
        raise KeyError(f"{self.feed} has no property {name!r}")
