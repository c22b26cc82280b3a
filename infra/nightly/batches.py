"""The batches that exist: a receipt and an outcome that judged that very attempt, read from the store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from infra import store

RECEIPTS = ("raw", "_receipts/")
OUTCOMES = ("verdicts", "_outcomes/")


@dataclass(frozen=True)
class Pair:
    """The addresses of one batch's two papers with their ETags; `outcome_etag` is None before validation."""

    path: str  # <platform>/<feed>/date=D/<interval>.json, the same under both prefixes
    receipt_etag: str
    outcome_etag: str | None

    @property
    def feed(self) -> str:
        """The feed that the papers belong to."""
        platform, name, *_ = self.path.split("/")
        return f"{platform}.{name}"


@dataclass(frozen=True)
class Batch:
    """One batch that counts, as `lake.ops.batch` keeps it."""

    batch_id: str
    feed: str
    platform: str
    interval_start: datetime
    interval_end: datetime
    business_date: date
    attempt: str
    raw_object: str | None  # None: the batch is empty
    verdict_object: str | None
    outcome: str  # accepted | refused
    received: int
    contract_version: str
    receipt_etag: str
    outcome_etag: str
    rules: tuple[Mapping[str, Any], ...] = ()  # the outcome's counts, rule by rule


def pairs(within: str = "") -> Iterator[Pair]:
    """Every receipt under `<platform>/<feed>/…` with its outcome, by two listings and no reads."""
    judged = dict(_listing(*OUTCOMES, within))
    for path, etag in _listing(*RECEIPTS, within):
        yield Pair(path, etag, judged.get(path))


def read(pair: Pair) -> Batch | None:
    """The batch of a pair, or None while its outcome is missing or judges another attempt."""
    receipt = store.read_json(RECEIPTS[0], RECEIPTS[1] + pair.path)
    outcome = store.read_json(OUTCOMES[0], OUTCOMES[1] + pair.path)
    if receipt is None or outcome is None or pair.outcome_etag is None:
        return None
    if outcome["judged_attempt"] != receipt["attempt"]:
        return None
    return _batch(receipt, outcome, pair)


def _batch(receipt: Mapping[str, Any], outcome: Mapping[str, Any], pair: Pair) -> Batch:
    return Batch(
        batch_id=receipt["batch_id"],
        feed=receipt["feed"],
        platform=receipt["platform"],
        interval_start=datetime.fromisoformat(receipt["interval_start"]),
        interval_end=datetime.fromisoformat(receipt["interval_end"]),
        business_date=date.fromisoformat(receipt["business_date"]),
        attempt=receipt["attempt"],
        raw_object=receipt["object"],
        verdict_object=outcome["verdict_object"],
        outcome=outcome["outcome"],
        received=receipt["rows"],
        contract_version=receipt["contract_version"],
        receipt_etag=pair.receipt_etag,
        outcome_etag=pair.outcome_etag or "",
        rules=tuple(outcome.get("rules", ())),
    )


def _listing(bucket: str, prefix: str, within: str) -> Iterator[tuple[str, str]]:
    for found in store.client().list_objects(bucket, prefix=prefix + within, recursive=True):
        if found.object_name and found.object_name.endswith(".json"):
            yield found.object_name.removeprefix(prefix), str(found.etag or "").strip('"')
