"""What dbt's DuckDB connections share with every other step: object store, key, functions, the run's values.

profiles.yml names this module as a plugin of dbt-duckdb, which looks for a class `Plugin` and calls it for
the connection and for each cursor. Values of a run travel as connection variables, not as dbt variables:
a new night would otherwise make dbt parse the whole project again.
"""

import os
from datetime import date
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.invocation import get_invocation_id

from infra import lake
from infra.fusion import engine
from infra.settings import BUILDERS, ROOT

BUSINESS_DATE = "SANLING_BUSINESS_DATE"  # YYYY-MM-DD; the night that is built
RUN_ID = "SANLING_RUN_ID"
WHOLE = "SANLING_WHOLE"  # 1: compare every record, not only those that pending batches touch
PUBLISHED = "SANLING_PUBLISHED_SNAPSHOT"  # the lake's snapshot that consumers read; empty before the first
SEEDS = ROOT / "dbt_project" / "seeds"


class Plugin(BasePlugin):  # type: ignore[misc]  # dbt ships no types
    """Prepares the connection once and each cursor again: session state does not pass between them."""

    pending: list[str]
    invocation = ""  # dbt's id of the run that the pending batches were asked for

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Load extensions and functions, set limits and the object store's secret, attach the lake."""
        lake.prepare(conn)
        conn.execute(f"SET threads = {max(1, len(os.sched_getaffinity(0)) // BUILDERS)}")
        # The lake's files never change, so what was read of one is asked for once in a connection's life.
        # Objects of feeds may change: what is remembered ends with the layer (infra.nightly.dbt_process).
        conn.execute("SET validate_external_file_cache = 'NO_VALIDATION'")
        conn.execute("SET enable_http_metadata_cache = true")
        lake.share_functions(conn)
        lake.attach_lake(conn)
        engine.register(conn)

    def configure_cursor(self, cursor: Any) -> None:
        """Set the pseudonym key, and the run's values that models read with `session_value`."""
        lake.begin_cursor(cursor)
        if self.invocation != get_invocation_id():
            # Asked for once a run: as a table it would be read four times a model, a file a past night each.
            self.pending = pending_batches(cursor)
            self.invocation = get_invocation_id()
        lake.set_variable(cursor, "run", {**run_values(), "pending_batches": self.pending})


def pending_batches(cursor: Any) -> list[str]:
    """Ids of the batches that the night has to build; none in a lake that no batch was registered in."""
    try:
        found = cursor.execute("SELECT list(batch_id) FROM lake.ops.batch WHERE is_pending").fetchone()
    except duckdb.CatalogException:
        return []
    return list(found[0] or [])


def run_values() -> dict[str, date | str | bool | int | None]:
    """The run's values from the environment: date, run id, whether all is compared, published snapshot."""
    day = os.environ.get(BUSINESS_DATE)
    return {
        "business_date": date.fromisoformat(day) if day else None,
        "run_id": os.environ.get(RUN_ID),
        "whole": os.environ.get(WHOLE) == "1",
        "published_snapshot": int(os.environ[PUBLISHED]) if os.environ.get(PUBLISHED) else None,
        "seeds_folder": str(SEEDS),
    }
