"""The night: wait for the day's batches, build layer by layer, audit, publish, report."""

from datetime import timedelta
from os import environ
from typing import Any

import pendulum
from airflow.sdk import (  # type: ignore[attr-defined]  # its stub lacks the deadline's names
    DAG,
    Asset,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    Param,
    PokeReturnValue,
    RetryAction,
    RetryRule,
    SyncCallback,
    chain,
    task,
)

from dags.clock import by_clock
from infra.nightly.alarm import late
from infra.nightly.project import mart_names
from infra.settings import TIMEZONE

MARTS = [Asset(name=f"mart.{name}", uri=f"postgres://sanling/mart/{name}") for name in mart_names()]
HOPELESS = [  # what another try cannot mend: it fails at once
    "infra.nightly.audit.AuditFailed",
    "infra.nightly.audit.NotAudited",
    "infra.nightly.register.NothingToBuild",
    "infra.settings.SettingsMissing",
]
DEFAULTS: dict[str, Any] = {
    "owner": "sanling",
    "retries": int(environ.get("SANLING_RETRIES", "2")),
    "retry_delay": timedelta(seconds=float(environ.get("SANLING_RETRY_SECONDS", "60"))),
    "retry_policy": ExceptionRetryPolicy(rules=[RetryRule(exception=HOPELESS, action=RetryAction.FAIL)]),
    "execution_timeout": timedelta(hours=6),
}
# With a deadline dag.test() fails (apache/airflow#73428), so only the scheduler's launcher asks for it.
HOURS = environ.get("SANLING_DEADLINE_HOURS")
DEADLINE = HOURS and DeadlineAlert(
    name="nightly_fusion is late",
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(hours=float(HOURS)),
    callback=SyncCallback(late, kwargs={"text": f"nightly_fusion did not end within {HOURS} hours"}),
)

with DAG(
    "nightly_fusion",
    description="每晚融合：等待接收、分层建模、审计、发布、报告",
    schedule=by_clock("0 2 * * *"),
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    tags=["night"],
    default_args=DEFAULTS,
    params={"business_date": Param(None, "YYYY-MM-DD", type=["null", "string"], format="date")},
    deadline=DEADLINE or None,
    doc_md=__doc__,
) as dag:

    @task.sensor(mode="reschedule", poke_interval=30, timeout=86400, retries=0)
    def gate(**context: Any) -> PokeReturnValue:
        """Wait until every feed's batch of the day is there and judged, or is late."""
        from infra.nightly import clock
        from infra.nightly import gate as step

        states = step.look(clock.business_date(context), since=context["dag_run"].start_date)
        return PokeReturnValue(step.is_open(states), step.rows(states))

    def step(name: str, **options: Any) -> Any:
        """The task that runs a step of infra.nightly.steps, with the right to write the lake."""

        @task(task_id=name, **{"pool": "lake_writer", **options})
        def run(**context: Any) -> dict[str, Any]:
            from infra.nightly import steps

            return steps.run(name, context)

        return run()

    chain(
        gate(),
        step("register"),
        *(step(f"build_{layer}") for layer in ("staging", "intermediate", "marts")),
        step("audit"),
        step("publish", outlets=MARTS),
        # A teardown runs whatever happened before it, and does not hide that it happened.
        step("report", pool="default_pool").as_teardown(),
    )
