"""Tables of words and faults: they name columns that exist; reports of one event differ in words."""

import numpy as np
import pytest
import yaml

from infra.sandbox import Params, city, events, narratives
from infra.sandbox.damage import ORDERS, UNMAPPED
from infra.sandbox.dirt import faults
from infra.sandbox.divisions import spoken
from infra.sandbox.feeds import FEEDS
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.noise import chinese, citizen_id, epoch, serial, slashed
from infra.sandbox.randomness import stream, texts
from infra.sandbox.scenarios import FILE, scenarios, shares


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_faults_and_noise_name_columns_of_the_feed(feed: Feed) -> None:
    named = {fault.field for fault in faults()[feed.name]} | {column for column, _, _ in feed.habits}
    named |= {*feed.blank, feed.key, *filter(None, [feed.updated, feed.entered])}
    assert named <= set(feed.columns)


def test_every_fault_knows_what_to_put() -> None:
    for feed, entries in faults().items():
        for fault in entries:
            assert fault.is_refusable != fault.is_warned, fault
            if fault.kind == "code_unmapped":
                assert fault.field in UNMAPPED, (feed, fault)
            if fault.kind == "date_order":
                assert ORDERS[fault.field][0] in FEEDS[feed].columns, (feed, fault)


def test_present_state_platforms_never_spoil_their_watermark() -> None:
    for feed in FEEDS.values():
        assert not feed.shows_present or feed.updated not in {fault.field for fault in faults()[feed.name]}


def test_scenarios_fill_all_their_phrases() -> None:
    known = {"money", "minutes", "count", "other", "org", "fee"}
    for one in scenarios():
        facts = dict.fromkeys({*one.slots, *known}, "x")
        for phrase in (*one.title, *one.core, *one.detail, *one.result, *one.ask):
            phrase.format(**facts)
    assert shares().sum() == pytest.approx(1)
    names = [entry["id"] for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))]
    assert len(set(names)) == len(names)


def test_two_reports_of_one_event_differ_in_words_and_share_facts() -> None:
    built = city.build(Params(people=5_000))
    happened = events.of_day(built, 0)
    rows = np.arange(len(happened))
    dates = texts(["2026-10-01 09:00:00"] * len(rows))
    police = narratives.police(built, happened, rows, stream(1, "a"))
    petition = narratives.petition(built, happened, rows, stream(1, "b"), dates)
    assert np.mean(police == petition) == 0

    def pairs(text: str) -> set[str]:
        return {text[at : at + 2] for at in range(len(text) - 1)}

    same = [len(pairs(a) & pairs(b)) / len(pairs(a)) for a, b in zip(police, petition, strict=True)]
    others = [
        len(pairs(a) & pairs(b)) / len(pairs(a)) for a, b in zip(police, np.roll(petition, 1), strict=True)
    ]
    assert np.mean(same) > 2 * np.mean(others)
    assert np.mean(same) < 0.9


def test_spellings_of_one_value() -> None:
    assert slashed("2026-10-03 09:05:01", 0) == "2026/10/3 9:05:01"
    assert chinese("2026-10-03 09:05:01", 0) == "2026年10月3日 09:05:01"
    assert epoch("2026-10-03 00:00:00", 0) == "1790956800000"
    assert serial("2026-10-03 12:00:00", 0) == "46298.50000000"
    assert citizen_id("11010519491231002X", 0) == "110105491231002"
    assert citizen_id("11010519491231002X", 3) == "11010519491231002x"
    assert citizen_id("11010519491231002X", 4) == "11010519491231002×"


def test_spoken_names_of_villages() -> None:
    assert spoken("金寨村委会") == "金寨村"
    assert spoken("清华园社区居民委员会") == "清华园社区"
    assert spoken("东赵村民委员会") == "东赵村"
    assert spoken("亚都社区") == "亚都社区"
