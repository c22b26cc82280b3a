"""Platforms over an outbox and a state folder of their own."""

from pathlib import Path

import pytest

from infra.sandbox.platforms import applied, delivery, intake


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty city: no outbox yet, empty platforms, an empty drop folder."""
    monkeypatch.setattr(intake, "OUTBOX", tmp_path / "outbox")
    monkeypatch.setattr(intake, "FOLDER", tmp_path)
    monkeypatch.setattr(applied, "PLATFORMS", tmp_path / "platforms")
    monkeypatch.setattr(delivery, "DROP", tmp_path / "drop")
    return tmp_path
