"""One stack for the whole test session: real servers in a temporary state folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests import parsed
from tests.schedule import FolderScheduling

# Before anything imports infra.settings, which reads the state folder once. A caller's own settings
# would lead the tests to a caller's own stores.
for name in [name for name in os.environ if name.startswith("SANLING_")]:
    del os.environ[name]
STATE = Path(tempfile.mkdtemp(prefix="sanling-test-"))
os.environ["SANLING_STATE"] = str(STATE)
parsed.lend(STATE)

hypothesis_settings.register_profile("sanling", deadline=None)  # a busy machine is no fault of a property
hypothesis_settings.load_profile("sanling")

from infra.settings import Settings, settings  # noqa: E402


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """A running PostgreSQL and S3 store; only the tests that ask for it start them."""
    from infra.stack import lifecycle

    try:
        lifecycle.up(["core"], lambda _: None)
        yield settings()
    finally:
        lifecycle.down(lambda _: None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    return FolderScheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--people", type=int, help="people of the city that validation is held against")
    parser.addoption("--days", type=int, help="days of that city")


def pytest_unconfigure() -> None:
    shutil.rmtree(STATE, ignore_errors=True)
