"""`python -m infra.airflow.serve <component>`: become a server of the local stack, such as `scheduler`."""

import os
import sys
from pathlib import Path

from infra.airflow import ownership
from infra.stack.airflow import environment

ARGUMENTS = {  # the log server would listen on all addresses; the API reads the log files themselves
    "scheduler": ["--skip-serve-logs"],
}


def main(component: str) -> None:
    """Replace this process by Airflow's, in the stack's environment; a scheduler waits for a direct run."""
    if component == "scheduler":
        ownership.join()
    airflow = Path(sys.executable).parent / "airflow"
    command = [str(airflow), component, *ARGUMENTS.get(component, [])]
    os.execve(airflow, command, environment())  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1])
