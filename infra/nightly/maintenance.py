"""Make one file of the many that nights leave; let go of old snapshots and what only they needed.

Each night adds a file to a table that it changes, and one that says which rows are gone: nine nights made the
next one a fifth longer. Old snapshots read as before. DuckLake's change feed does not, as its readers must
know (infra.consumers.changes).

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
WORN = 0.1  # a file with a larger share of deleted rows is written anew
OLD = """
SELECT snapshot_id FROM ducklake_snapshots('lake')
WHERE snapshot_id < ? AND snapshot_time < now() - to_days(?) ORDER BY 1
"""


def maintain(files_stay: timedelta = FILES_STAY) -> dict[str, int]:
    """Merge, expire and clean; returns how many snapshots and files went, and the first snapshot needed."""
    with lake_writer():
        needed = first_needed()
        if needed is None:
            return {"needed": 0, "snapshots": 0, "files": 0}
        con = connect(lake=True)
        try:
            keep = int(os.environ.get(KEEP, KEEP_DEFAULT))
            # Anew first, so that what is left of worn files is merged with the rest.
            con.execute(f"CALL ducklake_rewrite_data_files('lake', delete_threshold => {WORN})")
            con.execute("CALL ducklake_merge_adjacent_files('lake')")
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
