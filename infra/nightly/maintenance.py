"""Let go of the lake's old snapshots, and of the files that only they needed.

Kept are the snapshots of the last SANLING_KEEP_DAYS days (90), everything since the last publication, and
everything since the slowest consumer's position: without its first snapshot a change feed cannot be read.
Files go a day after their snapshots, since a query that began before may still read them.

Run in a process of its own (`python -m infra.nightly.maintenance`): DuckLake is unsafe beside another
connection of the same process.
"""

import json
import os
from datetime import timedelta

from infra.lake import connect
from infra.nightly import positions, publication
from infra.nightly.locks import lake_writer
from infra.serving import connect_serving

KEEP = "SANLING_KEEP_DAYS"
KEEP_DEFAULT = 90
FILES_STAY = timedelta(days=1)
OLD = """
SELECT snapshot_id FROM ducklake_snapshots('lake')
WHERE snapshot_id < ? AND snapshot_time < now() - to_days(?) ORDER BY 1
"""


def maintain(files_stay: timedelta = FILES_STAY) -> dict[str, int]:
    """Expire and clean; returns how many snapshots and files went, and the first snapshot that is needed."""
    with lake_writer():
        needed = first_needed()
        if needed is None:
            return {"needed": 0, "snapshots": 0, "files": 0}
        con = connect(lake=True)
        try:
            keep = int(os.environ.get(KEEP, KEEP_DEFAULT))
            old = [number for (number,) in con.execute(OLD, [needed, keep]).fetchall()]
            if old:
                con.execute(f"CALL ducklake_expire_snapshots('lake', versions => {old})")
            files = con.execute(
                "CALL ducklake_cleanup_old_files('lake', older_than => now() - to_seconds(?))",
                [int(files_stay.total_seconds())],
            ).fetchall()
        finally:
            con.close()
    return {"needed": needed, "snapshots": len(old), "files": len(files)}


def first_needed() -> int | None:
    """The oldest snapshot that must stay readable; None before the first publication."""
    last = publication.last()
    if last is None:
        return None
    with connect_serving() as con:
        positions.ensure(con)
        slowest = positions.slowest(con)
    return last.snapshot if slowest is None else min(slowest, last.snapshot)


if __name__ == "__main__":
    print(json.dumps(maintain()))
