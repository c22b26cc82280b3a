"""PostgreSQL to one zstd Parquet object on S3: the police platform's 110 table, 34 columns."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg

from infra import lake, store
from infra.settings import connection
from ingest.connectors import database
from ingest.interval import Interval, midnight
from ingest.pull import load, pull
from tests.bench.harness import Facts

TITLE = "PostgreSQL, 1,000,000 rows x 34 columns -> zstd Parquet on S3"
ROWS = 1_000_000
LIMIT = "DuckDB's COPY, nothing added"
FEED, TABLE = "police.incident", "public.icc_t_jjdb"
TARGET = "s3://raw/bench/database.parquet"


def _interval() -> Interval:
    """Two years from the contract's history on, so that it holds every row."""
    start = midnight(load(FEED).sla.history_start)
    return Interval(start, start + timedelta(days=730))


@contextmanager
def prepare(_folder: Path, scale: float) -> Iterator[Facts]:
    """Fill the platform's table; the planner knows its size as it would in an old table."""
    from infra.sandbox.platforms import bulk, police

    bulk.police_rows(int(ROWS * scale))
    with psycopg.connect(police.owner_uri(), autocommit=True) as con:
        con.execute(f"VACUUM ANALYZE {TABLE}")
    yield {}


def warm_up() -> None:
    """Imports and the copying of extensions are nobody's work here."""
    lake.connect().close()


def plain_copy(_facts: Facts) -> int:
    """The limit: the scanner's parallel read, DuckDB's own types and writer, straight to S3."""
    con = _connection()
    database.attach(con, psycopg.conninfo.conninfo_to_dict(connection("police")), "public")
    copied = con.execute(
        f"COPY (SELECT * FROM {database.ALIAS}.{TABLE}) TO '{TARGET}' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    return int(copied[0]) if copied else 0


def ours(_facts: Facts) -> int:
    """All of a pull: lock, window, text, hashes, lineage, checks, checksum, receipt."""
    return pull(FEED, _interval()).rows


def copy_binary(_facts: Facts) -> int:
    """The floor: what PostgreSQL sends, thrown away."""
    with psycopg.connect(connection("police")) as con, con.cursor() as cursor:
        with cursor.copy(f"COPY {TABLE} TO STDOUT (FORMAT binary)") as copy:
            for _ in copy:
                pass
        return cursor.rowcount


def dlt_connectorx(facts: Facts) -> int:
    """dlt's quickest way to Parquet, and its file to S3."""
    return _dlt(facts, "connectorx", "postgresql")


def dlt_pyarrow(facts: Facts) -> int:
    """dlt with the driver that this project has."""
    return _dlt(facts, "pyarrow", "postgresql+psycopg")


def pandas_chunks(_facts: Facts) -> int:
    """pandas in chunks of 100,000 rows, one Parquet file, and it to S3."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet
    import sqlalchemy

    engine = sqlalchemy.create_engine(connection("police").replace("postgresql", "postgresql+psycopg", 1))
    rows, writer = 0, None
    with TemporaryDirectory(dir=lake.scratch_folder()) as folder:
        file = Path(folder) / "pandas.parquet"
        with engine.connect().execution_options(stream_results=True) as con:
            for chunk in pd.read_sql(f"SELECT * FROM {TABLE}", con, chunksize=100_000):
                table = pa.Table.from_pandas(chunk.astype("string"), preserve_index=False)
                writer = writer or pyarrow.parquet.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
                rows += len(chunk)
        if writer:
            writer.close()
        store.client().fput_object("raw", "bench/pandas.parquet", str(file))
    return rows


def _dlt(_facts: Facts, backend: str, driver: str) -> int:
    import dlt
    from dlt.sources.sql_database import sql_table

    with TemporaryDirectory(dir=lake.scratch_folder()) as folder:
        os.environ |= {
            "NORMALIZE__DATA_WRITER__COMPRESSION": "zstd",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "DLT_DATA_DIR": f"{folder}/dlt",
        }
        schema, table = TABLE.split(".")
        extra = {"return_type": "arrow"} if backend == "connectorx" else {}
        source = sql_table(
            connection("police").replace("postgresql", driver, 1),
            table=table,
            schema=schema,
            backend=backend,
            chunk_size=100_000,
            backend_kwargs=extra,
        )
        pipeline = dlt.pipeline(
            "bench",
            destination=dlt.destinations.filesystem(f"file://{folder}/out"),
            dataset_name="bench",
            pipelines_dir=f"{folder}/pipelines",
        )
        pipeline.run(source, loader_file_format="parquet")
        files = [path for path in Path(folder, "out").rglob("*.parquet") if "_dlt" not in path.parent.name]
        for number, path in enumerate(files):
            store.client().fput_object("raw", f"bench/dlt-{number}.parquet", str(path))
        with duckdb.connect() as con:
            counted = con.execute(f"SELECT count(*) FROM read_parquet({[str(f) for f in files]})").fetchone()
        return int(counted[0]) if counted else 0


def _connection() -> duckdb.DuckDBPyConnection:
    con = lake.connect()
    con.execute("RESET memory_limit")
    return con


CASES: Mapping[str, Callable[[Facts], int]] = {
    "PostgreSQL's COPY, bytes dropped": copy_binary,
    LIMIT: plain_copy,
    "ours, the whole pull": ours,
    "pandas in chunks": pandas_chunks,
    **({"dlt, pyarrow": dlt_pyarrow} if find_spec("dlt") else {}),
    **({"dlt, connectorx": dlt_connectorx} if find_spec("dlt") and find_spec("connectorx") else {}),
}
GOALS = {"ours, the whole pull": 1.3}
