"""Our side of a file or HTTP path: the connector, with the same work as the limit or with all of a pull."""

import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from infra import lake
from ingest import batch, landing
from ingest.batch import WRITER
from ingest.connectors import Original, connector, identifier
from ingest.contract import parse
from tests.bench.harness import Facts
from tests.ingest.connectors.helpers import NIGHT, contract_text

TARGET = "s3://raw/bench/sample.parquet"


def facts(server: dict[str, Any], columns: Sequence[str], **settings: Any) -> dict[str, str]:
    """What `rows_only` and `everything` need to know: the contract."""
    feed, text = contract_text(server, columns, **settings)
    return {"feed": feed, "contract": text}


@lru_cache(maxsize=1)
def connection() -> duckdb.DuckDBPyConnection:
    """A connection as `pull` uses it; made before the clock starts, since every case needs one."""
    return lake.connect()


def copy(relation: Any) -> int:
    """Write an Arrow reader or an SQL relation to the bench's object, as the limit does."""
    con = connection()
    source = relation if isinstance(relation, str) else "given"
    if not isinstance(relation, str):
        con.register("given", relation)
    row = con.execute(f"COPY (SELECT * FROM {source}) TO '{TARGET}' ({WRITER})").fetchone()
    return int(row[0]) if row else 0


def columns(facts: Facts) -> list[str]:
    """The source's column names."""
    return [p.physical for p in parse(facts["contract"], "bench").properties]


class Nowhere:
    """An archive that keeps nothing."""

    def uri(self, name: str) -> str:
        """An address in the landing bucket."""
        return f"s3://landing/bench/{name}"

    def put(self, name: str, _content: Path | bytes) -> Original:
        """Nothing is stored."""
        return Original(self.uri(name), name, 0, "")


def rows_only(facts: Facts) -> int:
    """The connector's rows to S3, without archive, hashes and lineage."""
    return _run(facts, whole=False)


def everything(facts: Facts) -> int:
    """All that a pull does between source and receipt."""
    return _run(facts, whole=True)


def _run(facts: Facts, *, whole: bool) -> int:
    con, contract = connection(), parse(facts["contract"], "bench")
    archive = landing.Landing(contract.feed, NIGHT) if whole else Nowhere()
    os.environ.update(json.loads(facts.get("environment", "{}")))
    with TemporaryDirectory(dir=lake.scratch_folder()) as folder:
        file = Path(folder) / "raw.parquet"
        with connector(contract)(contract, NIGHT, con, archive, Path(folder)) as fetch:
            if not whole:
                lists = (", ".join(map(identifier, part.columns or ())) for part in fetch.parts)
                parts = zip(lists, fetch.parts, strict=True)
                return sum(copy(f"(SELECT {columns} FROM {part.source})") for columns, part in parts)
            receipt = batch.write(contract, NIGHT, con, fetch, file)
        landing.put_raw(contract.feed, NIGHT, file)
    return receipt.rows
