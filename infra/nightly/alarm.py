"""What happens when a night is late: a warning in the scheduler's task log, where monitoring reads it."""

import logging
from typing import Any

log = logging.getLogger(__name__)


def late(text: str, **kwargs: Any) -> None:
    """Callback of the deadline; Airflow adds `context` with the run and the deadline."""
    run = (kwargs.get("context") or {}).get("dag_run") or {}
    log.warning("%s: run %s", text, run.get("dag_run_id") or run.get("run_id") or "unknown")
