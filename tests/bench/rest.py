"""200 pages of 1,000 records over HTTP to one zstd Parquet object on S3."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import httpx

from tests.bench import data, ours
from tests.bench.harness import Facts

TITLE = "HTTP API, pages of 1,000 records, 36 columns -> zstd Parquet on S3"
PAGES, PER_PAGE = 200, 1000
LIMIT = "httpx pages to files + DuckDB read_json"


@contextmanager
def prepare(folder: Path, scale: float) -> Iterator[Facts]:
    """Pages made beforehand, and a server on a process of its own that hands them out."""
    pages = max(int(PAGES * scale), 1)
    (folder / "pages").mkdir()
    with duckdb.connect() as con:
        columns = data.create(con, pages * PER_PAGE)
        for number in range(pages):
            found = con.execute(
                f"SELECT to_json(s) FROM sample s LIMIT {PER_PAGE} OFFSET {number * PER_PAGE}"
            )
            rows = ",".join(row for (row,) in found.fetchall())
            head = f'{{"code":200,"msg":"success","data":{{"total":{pages * PER_PAGE},"rows":['
            (folder / "pages" / f"{number + 1}.json").write_text(f"{head}{rows}]}}}}", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.rest", str(folder / "pages")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        settings = {
            "connection": "bench",
            "recordsPath": "/rows",
            "rowsField": "data.rows",
            "totalField": "data.total",
            "pageSize": PER_PAGE,
            "inFlight": 4,
        }
        given = ours.facts({"type": "api", "location": "${BENCH_URL}"}, columns, **settings)
        environment = json.dumps({"SANLING_CONN_BENCH": address})
        yield {**given, "address": address, "pages": str(pages), "environment": environment}
    finally:
        server.terminate()
        server.wait()


def limit(facts: Facts) -> int:
    """Page after page to a local file, then DuckDB with declared text columns."""
    fields = ours.columns(facts)
    with TemporaryDirectory() as folder, httpx.Client(base_url=facts["address"]) as client:
        for number in range(1, int(facts["pages"]) + 1):
            answer = client.get("/rows", params={"page": number, "size": PER_PAGE})
            (Path(folder) / f"{number}.json").write_bytes(answer.content)
        struct = ", ".join(f'"{name}" VARCHAR' for name in fields)
        return ours.copy(
            f'(SELECT unnest(page, max_depth := 2) FROM (SELECT data."rows" AS page FROM read_json('
            f"'{folder}/*.json', columns = {{data: 'STRUCT(\"rows\" STRUCT({struct})[])'}})))"
        )


def dlt_rest(facts: Facts) -> int:
    """dlt's REST source to a Parquet file, as its documentation has it."""
    import os

    import dlt
    from dlt.sources.rest_api import rest_api_source

    with TemporaryDirectory() as folder:
        os.environ["DLT_DATA_DIR"] = folder
        os.environ["NORMALIZE__DATA_WRITER__COMPRESSION"] = "zstd"
        os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
        paginator = {"type": "page_number", "base_page": 1, "total_path": None}
        endpoint = {
            "path": "rows",
            "params": {"size": PER_PAGE},
            "data_selector": "data.rows",
            "paginator": {**paginator, "maximum_page": int(facts["pages"]) + 1},
        }
        resource = {"name": "sample", "endpoint": endpoint}
        source = rest_api_source({"client": {"base_url": facts["address"]}, "resources": [resource]})
        pipeline = dlt.pipeline(
            "bench", destination=dlt.destinations.filesystem(f"file://{folder}/out"), dataset_name="bench"
        )
        pipeline.run(source, loader_file_format="parquet")
        counts = pipeline.last_trace.last_normalize_info.row_counts
    return int(counts["sample"])


CASES: Mapping[str, Callable[[Facts], int]] = {
    LIMIT: limit,
    "ours, the same work": ours.rows_only,
    "ours, with archive, hashes, lineage": ours.everything,
    "dlt rest_api": dlt_rest,
}
GOALS = {"ours, the same work": 1.5}
warm_up = ours.connection


def _serve(folder: Path) -> None:
    """Hand out the pages; prints the address once it listens."""
    import uvicorn
    from fastapi import FastAPI, Response

    app = FastAPI()
    bodies = {int(path.stem): path.read_bytes() for path in folder.iterdir()}

    @app.get("/rows")
    async def rows(page: int) -> Response:
        return Response(bodies.get(page, b'{"data":{"total":0,"rows":[]}}'), media_type="application/json")

    class Announced(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:
            await super().startup(sockets)  # type: ignore[arg-type]
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"http://127.0.0.1:{port}", flush=True)

    Announced(uvicorn.Config(app, port=0, log_level="error", access_log=False)).run()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
