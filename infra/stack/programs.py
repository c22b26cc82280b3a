"""The programs of the stack, one function each. To add one: write its function and name it below."""

from collections.abc import Collection

from infra.stack import airflow, dashboard, postgres, sandbox, seaweed
from infra.stack.program import Group, Program


def programs(groups: Collection[Group]) -> list[Program]:
    """The programs of these groups, in the order in which they start."""
    # The store first: it starts by itself while PostgreSQL's data folder is being created.
    every = (
        *(seaweed.program, postgres.program),
        *(sandbox.petition, sandbox.emergency),
        *(airflow.api_server, airflow.scheduler, airflow.dag_processor),
        dashboard.program,
    )
    chosen = [program for program in (make() for make in every) if program.group in groups]
    return sorted(chosen, key=lambda program: program.priority)
