"""Sessions: they end, they make room, and they keep guesses slow."""

import pytest

from infra.dashboard import sessions
from infra.dashboard.sessions import Sessions


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Sessions:
    return Sessions(idle_seconds=60, longest_seconds=150, clock=clock)


def test_a_session_ends_when_nobody_clicks(opened: Sessions, clock: Clock) -> None:
    token = opened.begin("district", "secret")
    clock.now += 59
    assert opened.find(token) is not None
    clock.now += 59
    assert opened.find(token) is not None  # the click before has prolonged it
    clock.now += 60
    assert opened.find(token) is None


def test_a_session_ends_however_busy_it_is(opened: Sessions, clock: Clock) -> None:
    token = opened.begin("district", "secret")
    for _ in range(4):
        clock.now += 37
        assert opened.find(token) is not None
    clock.now += 37
    assert opened.find(token) is None


def test_tokens_differ_and_end_one_by_one(opened: Sessions) -> None:
    first, second = opened.begin("a", "x"), opened.begin("a", "x")
    assert first != second
    assert len(first) >= 32
    opened.end(first)
    assert opened.find(first) is None
    assert opened.find(second) is not None
    assert opened.find(None) is None
    assert opened.find("") is None


def test_no_password_in_a_representation(opened: Sessions) -> None:
    token = opened.begin("district", "very-secret")
    assert "very-secret" not in repr(opened.find(token)) + repr(opened)
    assert token not in repr(opened)


def test_the_longest_unused_makes_room(
    opened: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    first = opened.begin("a", "x")
    clock.now += 1
    second = opened.begin("b", "x")
    clock.now += 1
    opened.find(first)
    third = opened.begin("c", "x")
    assert opened.find(second) is None
    assert opened.find(first) is not None
    assert opened.find(third) is not None


def test_guesses_have_to_wait(opened: Sessions, clock: Clock) -> None:
    for _ in range(sessions.TRIES):
        assert not opened.must_wait("district")
        opened.failed("district")
    assert opened.must_wait("district")
    assert not opened.must_wait("another")
    clock.now += sessions.PER_SECONDS
    assert not opened.must_wait("district")
