"""Which business date a run is for, whoever started it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from infra.nightly.clock import business_date
from ingest.interval import SHANGHAI

NIGHT = datetime(2026, 10, 2, 1, 0, tzinfo=SHANGHAI)
DAY = date(2026, 10, 1)


def context(**values: Any) -> dict[str, Any]:
    run = {"partition_key": None, "conf": None, "run_after": NIGHT}
    return {"dag_run": SimpleNamespace(**{name: values.pop(name, run[name]) for name in run}), **values}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (context(partition_key="2026-09-30", logical_date=NIGHT), date(2026, 9, 30)),
        (
            context(conf={"business_date": "2026-09-30"}, logical_date=NIGHT, ds="2026-10-01"),
            date(2026, 9, 30),
        ),
        (context(partition_key="2026-09-30", conf={"business_date": "2026-09-29"}), date(2026, 9, 30)),
        (context(conf={"business_date": None}, logical_date=None), DAY),
        (context(logical_date=NIGHT, ds="2026-10-01"), DAY),
        (context(logical_date=datetime(2026, 10, 1, tzinfo=UTC)), DAY),  # `airflow dags test x 2026-10-01`
        (context(logical_date=datetime(2026, 10, 1, tzinfo=SHANGHAI)), DAY),
        (context(logical_date=datetime(2026, 10, 2, 23, 59, tzinfo=SHANGHAI)), DAY),
        (context(ds="2026-10-01"), DAY),
        (context(), DAY),
        (context(params={"business_date": "2026-09-30"}), date(2026, 9, 30)),
        (context(run_after=datetime(2026, 10, 1, 16, 0, tzinfo=UTC)), DAY),  # midnight in Shanghai
        (context(run_after=datetime(2026, 10, 1, 15, 59, tzinfo=UTC)), date(2026, 9, 30)),
    ],
)
def test_the_date_of_a_context(given: dict[str, Any], expected: date) -> None:
    assert business_date(given) == expected


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'yesterday' is not YYYY-MM-DD"):
        business_date(context(partition_key="yesterday"))
