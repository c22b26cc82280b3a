"""Run a connector up to the written batch in a process of its own; prints its peak memory in MB.

python -m tests.ingest.connectors.measured <contract.yaml>
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from infra import lake
from ingest import batch, landing
from ingest.connectors import connector
from ingest.contract import parse
from tests.ingest.connectors.helpers import NIGHT


def main(path: Path) -> None:
    """Pull what the contract names, without the upload."""
    given = parse(path.read_text(encoding="utf-8"), "measured")
    with TemporaryDirectory(dir=lake.scratch_folder()) as folder, lake.connect() as con:
        archive = landing.Landing(given.feed, NIGHT)
        with connector(given)(given, NIGHT, con, archive, Path(folder)) as fetch:
            receipt = batch.write(given, NIGHT, con, fetch, Path(folder) / "raw.parquet")
    print(receipt.rows, peak())


def peak() -> int:
    """Peak memory of this process in MB; getrusage would count what the parent held when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
