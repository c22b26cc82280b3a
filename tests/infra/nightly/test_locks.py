"""Who may write the lake: one holder, and for it any number of parts, which outlive it as holders."""

import pytest

from infra.nightly.locks import WAIT, LakeBusy, lake_part, lake_writer

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAIT, "0")


def test_a_second_writer_is_told_who_holds_it() -> None:
    with lake_writer(), pytest.raises(LakeBusy, match=r"written by connection \d+ since"), lake_writer():
        pass
    with lake_writer():
        pass


def test_parts_write_beside_each_other_for_their_writer() -> None:
    with lake_writer(), lake_part(), lake_part():
        pass


def test_a_part_whose_writer_is_gone_keeps_the_next_writer_waiting() -> None:
    with lake_part():
        with pytest.raises(LakeBusy, match=r"written by connection \d+ since"), lake_writer():
            pass
        with pytest.raises(LakeBusy), lake_writer():  # what the first try took is free again
            pass
    with lake_writer():
        pass
