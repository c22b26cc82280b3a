"""Object keys of the landing and raw zones, the archive of originals, and receipts.

A batch exists when its receipt does. A pull withdraws the old receipt, then replaces the raw object, then
writes the new receipt, so that a kill between any two of these leaves no batch rather than a wrong one.
Bucket versioning keeps what was replaced.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import urllib3.exceptions
from minio.error import S3Error

from infra import store
from infra.settings import settings
from ingest.connectors import ControlCheck, Original
from ingest.interval import Interval

LANDING, RAW = "landing", "raw"
REFUSALS = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket")


class StoreUnavailable(RuntimeError):
    """The object store does not answer; trying again may help."""


@contextmanager
def clear_refusals(feed: str) -> Iterator[None]:
    """The store's errors in our words: StoreRefused for what a person must mend, else StoreUnavailable."""
    where = f"{feed}: object store {settings().s3_endpoint}"
    try:
        yield
    except S3Error as error:
        if error.code not in REFUSALS:
            raise StoreUnavailable(f"{where} answered {error.code}") from None
        raise store.StoreRefused(
            f"{where} refused: {error.code}. Check SANLING_S3_ACCESS_KEY and SANLING_S3_SECRET_KEY, "
            "and that the buckets exist (sanling stack up)."
        ) from None
    except urllib3.exceptions.HTTPError as error:
        raise StoreUnavailable(
            f"{where} does not answer ({type(error).__name__}). Start it with `sanling stack up`, "
            "or check SANLING_S3_ENDPOINT."
        ) from None


def batch_id(feed: str, interval: Interval) -> str:
    """`police.incident/20261001T0000--20261002T0000`."""
    return f"{feed}/{interval.text}"


def _folder(feed: str, interval: Interval) -> str:
    platform, _, name = feed.partition(".")
    return f"{platform}/{name}/date={interval.business_date}"


def raw_key(feed: str, interval: Interval) -> str:
    """Key of the raw object in the bucket `raw`."""
    return f"{_folder(feed, interval)}/{interval.text}.parquet"


def receipt_key(feed: str, interval: Interval) -> str:
    """Key of the receipt in the bucket `raw`."""
    return f"_receipts/{_folder(feed, interval)}/{interval.text}.json"


@dataclass(frozen=True)
class Receipt:
    """What a batch holds. The field names are those of the JSON."""

    batch_id: str
    feed: str
    platform: str
    interval_start: str  # ISO, +08:00
    interval_end: str
    business_date: str
    attempt: str  # uuid4 hex of the pull that wrote it
    contract_version: str
    outcome: str  # complete | empty
    rows: int
    bytes: int
    sha256: str | None  # of the raw object
    object: str | None  # s3://raw/…; None when the batch is empty
    pulled_at: str
    seconds: float
    watermark: str | None = None
    columns: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)
    originals: list[Original] = field(default_factory=list)
    control: list[ControlCheck] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what a person should see: a file left for later …

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Receipt":
        """The receipt of its JSON form."""
        originals = [Original(**item) for item in document["originals"]]
        control = [ControlCheck(**{**item, "uris": tuple(item["uris"])}) for item in document["control"]]
        return cls(**{**document, "originals": originals, "control": control})


class Landing:
    """The archive of one feed and interval: documents of the source, byte for byte."""

    def __init__(self, feed: str, interval: Interval) -> None:
        self._prefix = f"{_folder(feed, interval)}/{interval.text}"

    def uri(self, name: str) -> str:
        """The address that `put` gives a name; ValueError for a name that would leave the folder."""
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/"):
            raise ValueError(f"{name!r} cannot be the name of an original")
        return f"s3://{LANDING}/{self._prefix}/{name}"

    def put(self, name: str, content: Path | bytes) -> Original:
        """Store one original under its name; the same name again replaces it."""
        uri = self.uri(name)
        bucket, key = store.split(uri)
        if isinstance(content, bytes):
            store.client().put_object(bucket, key, BytesIO(content), len(content))
            return Original(uri, name, len(content), hashlib.sha256(content).hexdigest())
        store.client().fput_object(bucket, key, str(content))
        return Original(uri, name, content.stat().st_size, sha256_of(content))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def withdraw(feed: str, interval: Interval) -> None:
    """Take the receipt away, so that the batch does not exist while its object is replaced."""
    store.client().remove_object(RAW, receipt_key(feed, interval))


def put_raw(feed: str, interval: Interval, file: Path | None) -> str | None:
    """Replace the raw object by a file, or by nothing; returns its address."""
    key = raw_key(feed, interval)
    if file is None:
        store.client().remove_object(RAW, key)
        return None
    store.client().fput_object(RAW, key, str(file))
    return f"s3://{RAW}/{key}"


def write_receipt(receipt: Receipt, interval: Interval) -> str:
    """Write the receipt; from here on the batch exists. Returns its address."""
    return store.write_json(RAW, receipt_key(receipt.feed, interval), asdict(receipt))


def read_receipt(feed: str, interval: Interval) -> Receipt | None:
    """The receipt of a batch, or None when the batch does not exist."""
    document = store.read_json(RAW, receipt_key(feed, interval))
    return None if document is None else Receipt.from_json(document)


def intervals(feed: str) -> Iterator[Interval]:
    """Intervals of a feed that have a receipt, oldest business date first."""
    platform, _, name = feed.partition(".")
    for key in store.list_keys(RAW, f"_receipts/{platform}/{name}/"):
        yield Interval.parse(PurePosixPath(key).stem)
