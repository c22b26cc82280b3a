"""Once a day, after the night: gather the access log, merge the lake's files, drop its old snapshots."""

import subprocess
import sys
from datetime import timedelta

import pendulum
from airflow.sdk import DAG, task

from dags.clock import by_clock
from infra.settings import ROOT, TIMEZONE

with DAG(
    "maintenance",
    description="每日维护：汇集访问记录，合并湖中小文件，清理旧快照",
    schedule=by_clock("0 12 * * *"),
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    tags=["maintenance"],
    default_args={"owner": "sanling", "retries": 2, "execution_timeout": timedelta(hours=2)},
    doc_md=__doc__,
) as dag:

    @task
    def access_log() -> int:
        """Gather who read what, before the server's log is rotated away."""
        from infra.consumers import access_log

        return access_log.collect()

    @task(pool="lake_writer")
    def snapshots() -> str:
        """Merge, expire and clean in a process of its own."""
        command = [sys.executable, "-m", "infra.nightly.maintenance"]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    access_log()
    snapshots()
