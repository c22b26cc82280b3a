"""GB18030 CSV to one zstd Parquet object on S3."""

import codecs
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv

from tests.bench import data, ours
from tests.bench.harness import Facts

TITLE = "CSV in GB18030, 36 columns -> zstd Parquet on S3"
ROWS = 500_000
LIMIT = "codec thread + pipe + pyarrow.csv"


@contextmanager
def prepare(folder: Path, scale: float) -> Iterator[Facts]:
    """A file of 500,000 rows, about 140 MB."""
    with duckdb.connect() as con:
        columns = data.create(con, int(ROWS * scale))
        con.execute(f"COPY sample TO '{folder}/utf8.csv' (FORMAT csv, HEADER)")
    drop = folder / "drop"
    drop.mkdir()
    with (
        (folder / "utf8.csv").open(encoding="utf-8", newline="") as source,
        (drop / "sample.csv").open("w", encoding="gb18030", newline="") as target,
    ):
        while text := source.read(1 << 20):
            target.write(text)
    server = {"type": "local", "path": str(drop), "format": "csv"}
    yield {"file": str(drop / "sample.csv"), **ours.facts(server, columns, pattern="*.csv")}


def pipe(facts: Facts) -> int:
    """The best found: an incremental decoder in a thread, pyarrow's streaming reader, DuckDB's writer."""
    reading, writing = os.pipe()

    def decode() -> None:
        decoder = codecs.getincrementaldecoder("gb18030")()
        with Path(facts["file"]).open("rb") as source, os.fdopen(writing, "wb", buffering=0) as target:
            while block := source.read(1 << 20):
                target.write(decoder.decode(block).encode())
            target.write(decoder.decode(b"", final=True).encode())

    threading.Thread(target=decode, daemon=True).start()
    with Path(facts["file"]).open(encoding="gb18030", newline="") as file:
        columns = file.readline().strip().split(",")
    reader = pyarrow.csv.open_csv(
        os.fdopen(reading, "rb"),
        read_options=pyarrow.csv.ReadOptions(block_size=8 << 20),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    return ours.copy(reader)


def pandas_chunks(facts: Facts) -> int:
    """pandas in chunks of 100,000 rows."""
    import pandas as pd

    chunks = pd.read_csv(facts["file"], encoding="gb18030", dtype=str, chunksize=100_000)
    schema = pa.schema([(name, pa.string()) for name in ours.columns(facts)])

    def batches() -> Iterator[pa.RecordBatch]:
        for chunk in chunks:
            yield from pa.Table.from_pandas(chunk, schema=schema, preserve_index=False).to_batches()

    return ours.copy(pa.RecordBatchReader.from_batches(schema, batches()))


CASES: Mapping[str, Callable[[Facts], int]] = {
    LIMIT: pipe,
    "ours, the same work": ours.rows_only,
    "ours, with archive, hashes, lineage": ours.everything,
    "pandas in chunks": pandas_chunks,
}
GOALS = {"ours, the same work": 1.3}
warm_up = ours.connection
