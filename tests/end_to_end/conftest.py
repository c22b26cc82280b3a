"""The city of the end-to-end tests and its three nights, made once: nights cost most of the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.end_to_end import mishaps
from tests.end_to_end.city import City, drop_real_messages, founded
from tests.end_to_end.mishaps import Shown


@dataclass(frozen=True)
class History:
    """A city after its nights, and what was to be seen after each of them."""

    city: City
    shown: tuple[Shown, ...]


@pytest.fixture(scope="session")
def history() -> Iterator[History]:
    """A good night, one in which two feeds fail and real messages come, one that takes up what was missed."""
    with founded() as city:
        first = city.night()
        assert first.code == 0, first.said
        shown = [mishaps.shown(city)]

        city.sanling("sandbox", "advance")
        drop_real_messages(city)
        file = mishaps.accidents_of(city, city.nights[-1].day + timedelta(days=1))
        whole, control = file.read_bytes(), mishaps.control_of(file).read_bytes()
        mishaps.lose_column(file)
        city.night(mishaps.refused(city))
        shown.append(mishaps.shown(city))

        mishaps.put_back(file, whole, control)
        city.night()
        shown.append(mishaps.shown(city))
        yield History(city, tuple(shown))


@pytest.fixture(scope="session")
def city(history: History) -> City:
    """The city after its three nights."""
    return history.city
