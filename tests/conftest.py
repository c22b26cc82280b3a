"""One stack for the whole test session: real servers in a temporary state folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# Before anything imports infra.settings, which reads the state folder once. A caller's own settings
# would lead the tests to a caller's own stores.
for name in [name for name in os.environ if name.startswith("SANLING_")]:
    del os.environ[name]
STATE = Path(tempfile.mkdtemp(prefix="sanling-test-"))
os.environ["SANLING_STATE"] = str(STATE)

hypothesis_settings.register_profile("sanling", deadline=None)  # a busy machine is no fault of a property
hypothesis_settings.load_profile("sanling")

from infra.settings import ROOT, Settings, settings  # noqa: E402
from tests import parsed  # noqa: E402

parsed.lend(STATE)
WHOLE = ("dbt", "end_to_end")  # folders that one process takes


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """A running PostgreSQL and S3 store; only the tests that ask for it start them."""
    from infra.stack import lifecycle

    try:
        lifecycle.up(["core"], lambda _: None)
        yield settings()
    finally:
        lifecycle.down(lambda _: None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the tests out by file, but for folders in which files share a set-up of minutes."""
    for item in items:
        path = item.path.relative_to(ROOT / "tests")
        name = path.parts[0] if path.parts[0] in WHOLE else str(path)
        item.add_marker(pytest.mark.xdist_group(name))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--people", type=int, help="people of the city that validation is held against")
    parser.addoption("--days", type=int, help="days of that city")


def pytest_unconfigure() -> None:
    shutil.rmtree(STATE, ignore_errors=True)
