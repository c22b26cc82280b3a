"""When DAGs run by themselves. Every run has the business date as its partition key."""

from os import environ

from airflow.sdk import CronPartitionTimetable, PartitionedAtRuntime

from infra.settings import TIMEZONE


def by_clock(cron: str) -> CronPartitionTimetable | PartitionedAtRuntime:
    """Every night for the day before; with SANLING_CLOCK=off, as on the sandbox, only when somebody asks."""
    if environ.get("SANLING_CLOCK") == "off":
        return PartitionedAtRuntime()
    return CronPartitionTimetable(cron, timezone=TIMEZONE, run_offset=-1, key_format="%Y-%m-%d")
