"""Airflow with a metadata database of its own, in a folder that goes away."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.settings import ROOT

OPTIONS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Set before the first import of Airflow, which reads its settings once."""
    home = tmp_path_factory.mktemp("airflow")
    os.environ |= {**OPTIONS, "AIRFLOW_HOME": str(home)}
    yield home
    for name in (*OPTIONS, "AIRFLOW_HOME"):
        os.environ.pop(name, None)


@pytest.fixture
def bag(airflow_home: Path) -> Any:
    """The DAG files, read anew."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT / "dags"))


@pytest.fixture(scope="session")
def metadata(airflow_home: Path) -> None:
    """Airflow's tables, for the tests that run a DAG."""
    from airflow.utils.db import initdb

    initdb()
