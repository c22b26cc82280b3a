"""One DAG a feed, made from its contract: pull, validate, give back what was refused."""

from datetime import timedelta
from os import environ
from typing import Any

import pendulum
from airflow.sdk import (
    DAG,
    Asset,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    task,
)

from dags.clock import by_clock
from infra.settings import TIMEZONE
from ingest.contract import Contract, load_all

HOPELESS = [  # what another try cannot mend: it fails at once
    "infra.nightly.feed.BatchRefused",
    "infra.settings.SettingsMissing",
    "infra.store.StoreRefused",
    "ingest.connectors.SourceError",
    "ingest.contract.ContractBroken",
]
RETRY = {
    "retries": int(environ.get("SANLING_RETRIES", "4")),
    "retry_delay": timedelta(seconds=float(environ.get("SANLING_RETRY_SECONDS", "60"))),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=20),
    "retry_policy": ExceptionRetryPolicy(rules=[RetryRule(exception=HOPELESS, action=RetryAction.FAIL)]),
}


def feed_dag(contract: Contract) -> DAG:
    """The DAG of one feed. Its asset is updated when a batch was accepted; receipts remain the truth."""
    feed = contract.feed
    asset = Asset(name=feed, uri=f"s3://raw/{contract.platform}/{contract.name}", group="feed")
    with DAG(
        f"feed_{contract.platform}_{contract.name}",
        description=contract.title_zh,
        schedule=by_clock(contract.sla.schedule),
        start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
        catchup=False,
        max_active_runs=1,
        tags=["feed", contract.platform],
        default_args={"owner": contract.owner_zh, "execution_timeout": timedelta(hours=6), **RETRY},
        params={"business_date": Param(None, "YYYY-MM-DD", type=["null", "string"], format="date")},
        doc_md=f"**{contract.title_zh}** ({feed}, {contract.owner_zh})\n\n{contract.purpose}",
    ) as dag:

        @task(pool=f"platform_{contract.platform}")
        def pull(**context: Any) -> dict[str, Any]:
            from infra.nightly import clock
            from infra.nightly import feed as steps

            return steps.pull_step(feed, clock.business_date(context))

        @task(pool="validation")
        def validate(pulled: dict[str, Any]) -> dict[str, Any]:
            from infra.nightly import feed as steps

            return steps.validate_step(feed, pulled["batch_id"])

        @task(outlets=[asset])
        def give_back(pulled: dict[str, Any], judged: dict[str, Any]) -> dict[str, Any]:
            from infra.nightly import feed as steps

            return steps.return_step(feed, pulled["batch_id"], judged)

        pulled = pull()
        give_back(pulled, validate(pulled))
    return dag


for found in load_all():
    globals()[f"feed_{found.platform}_{found.name}"] = feed_dag(found)
