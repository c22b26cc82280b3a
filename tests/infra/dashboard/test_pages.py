"""The pages: their figures are the marts', each leads to what it counts, and a role sees its own alone."""

import re
from urllib.parse import unquote

import psycopg
import pytest

from infra.dashboard import indicators, words
from infra.stack import credentials
from tests.infra.dashboard.conftest import CITY, Site
from tests.infra.dashboard.reading import Page, asked

EVERY = (
    *(
        "/",
        "/units",
        "/units?kind=organisation",
        "/unit/village/410101001001",
        "/events",
        "/quality",
        "/overlap",
    ),
    *("/feed/grid.event", "/event/E-0000000000000005"),
    *(f"/loop/{mart}" for mart in indicators.INDICATORS),
)
PRIMES = {"petition": 5, "casualty_accident": 17, "criminal_case": 11, "major_public_order": 23}
SIZE = {"criminal_case": 2}  # a village that has criminal cases has two
PERSONAL = re.compile(
    r"(?<![0-9])(1[3-9][0-9]{9}|[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx])(?![0-9])|P-[0-9a-f]{16}"
)


def village_counts(number: int, month: int = 0) -> dict[str, int]:
    """The counts of a village so many months before the newest, as marts.sql makes them."""
    return {name: SIZE.get(name, 1) * ((number + month) % prime == 0) for name, prime in PRIMES.items()}


def expected(prefix: str) -> tuple[int, int, dict[str, int]]:
    """Villages, three-zero villages and counts of a division in the newest month."""
    found = [village_counts(n) for n, code in enumerate(CITY.codes()) if code.startswith(prefix)]
    clean = sum(not any(each.values()) for each in found)
    return len(found), clean, {name: sum(each[name] for each in found) for name in PRIMES}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", EVERY)
def test_every_page_stands_in_both_languages(site: Site, path: str, language: str) -> None:
    with site.client("city") as client:
        answer = client.get(path, params={**asked(path), "lang": language})
        page = Page(answer.text)
        assert answer.status_code == 200
        tags = dict(page.tags)
        assert tags["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        assert sum(tag == "h1" for tag, _ in page.tags) == 1
        assert not PERSONAL.search(answer.text)
        ids = [given["id"] for _, given in page.tags if given.get("id")]
        assert len(ids) == len(set(ids))
        for _, given in page.tags:
            assert (given.get("aria-labelledby") or ids[0]) in ids
        for link in set(page.links):
            assert link.startswith(("/", "#"))
            if link.startswith("#"):
                assert unquote(link[1:]) in ids
        assert Page(client.get(path).text).text == page.text  # the cookie keeps the language


def test_links_of_every_page_lead_somewhere(site: Site) -> None:
    with site.client("county") as client:
        links = {link for path in EVERY[:5] for link in Page(client.get(path).text).links}
        bad = [link for link in sorted(links) if link.startswith("/") and client.get(link).status_code != 200]
    assert len(links) > 50
    # The city's own division is above this role's: nothing leads there.
    assert bad == []
    assert not any("division=410100000000" in link for link in links)


@pytest.mark.parametrize(
    ("role", "prefix"), [("city", "4101"), ("county", "410101"), ("township", "410102001")]
)
def test_the_overview_adds_up_what_the_role_sees(site: Site, role: str, prefix: str) -> None:
    with site.client(role) as client:
        page = Page(client.get("/").text)
    units, clean, counts = expected(prefix)
    assert f"{clean} / {units} · {clean / units:.1%}" in " ".join(page.text.split())
    shown = {code for code in CITY.codes() if f"/unit/village/{code}" in str(page.links)}
    assert shown == {code for code in CITY.codes() if code.startswith(prefix)}
    for name, count in counts.items():
        heads = [link for link in page.links if asked(link).get("having") == name and "sort" in asked(link)]
        assert len(heads) == (1 if count else 0)


def test_another_county_is_not_there(site: Site) -> None:
    other = "410102001001"
    with site.client("county") as client:
        assert client.get(f"/unit/village/{other}").status_code == 404
        for path in ("/", "/units", "/events", "/loop/event_closure"):
            text = client.get(path, params={"division": "410102000000"}).text
            assert "第02001001村" not in text
            assert other not in text
        # An event of the other county, by its very number: village 12 is the first of county 02.
        assert client.get(f"/event/E-{12:016x}").status_code == 404
        assert client.get(f"/event/E-{0:016x}").status_code == 200


def test_a_number_leads_to_the_units_that_it_counts(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/").text)
        for column, name in enumerate(PRIMES, start=2):
            for county in ("01", "02"):
                _, _, counts = expected(f"4101{county}")
                assert page.row(f"第{county}区")[column] == str(counts[name])
                if counts[name]:
                    units = Page(client.get(page.link(f"第{county}区", column)).text)
                    cells = [row[column] for row in units.rows[1:]]
                    assert sum(map(int, cells)) == counts[name]


@pytest.mark.parametrize(("name", "column"), [*zip(PRIMES, range(5, 9), strict=True), ("petition_raised", 9)])
def test_a_units_number_leads_to_just_its_events(site: Site, name: str, column: int) -> None:
    names, number = [*PRIMES, "petition_raised"], 0  # village 0 has every count in the newest month
    size = 2 if name == "petition_raised" else village_counts(number)[name]
    with site.client("city") as client:
        page = Page(client.get(f"/unit/village/{CITY.codes()[number]}").text)
        events = Page(client.get(page.link("2026-10", column)).text)
    assert page.row("2026-10")[1:5] == ["✗ 未达成", "✗", "✗", "✗"]
    assert page.row("2026-10")[column] == str(size)
    assert {row[0] for row in events.rows[1:]} == {
        f"E-{names.index(name) * 2 + n:016x}" for n in range(1, size + 1)
    }
    assert "本表即该数字所计的事件" in events.text


def test_a_rising_matter_leads_to_its_events(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/").text)
        assert page.row("01-001镇")[3:6] == ["3", "0.9", "0 – 2"]
        events = Page(client.get(page.link("01-001镇", 3)).text)
    assert sorted(row[0] for row in events.rows[1:]) == [f"E-{n:016x}" for n in (0, 5, 10)]


def test_an_event_leads_to_its_records(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/event/E-0000000000000005").text)
    for n in (1, 2, 3):  # 1 + 5 % 3 reports
        assert page.row(f"grid.event:5-{n}")[4] == ("首报" if n == 1 else "重复")
        assert f"sanling trace event_report grid.event:5-{n}" in page.text
    assert "sanling trace event E-0000000000000005" in page.text
    assert page.row("自然人") == ["自然人", "当事人", "2"]


def test_events_of_a_month_and_kind(site: Site) -> None:
    days = 30 * CITY.months
    petitions = [
        e
        for e in range(CITY.events)
        if e % 5 == 1 and e % days <= 19 and CITY.codes()[e % CITY.villages][:6] == "410101"
    ]  # event e happened e % days before 20 October
    with site.client("county") as client:
        page = Page(client.get("/events", params={"kind": "petition", "month": "2026-10"}).text)
    assert {row[0] for row in page.rows[1:]} == {f"E-{e:016x}" for e in petitions}
    assert petitions


def test_a_number_of_the_loop_leads_to_its_events(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/loop/event_closure").text)
        closed = Page(client.get(page.link("信访诉求", 7)).text)
        handled = Page(client.get(page.link("信访诉求", 4)).text)
    assert asked(page.link("信访诉求", 7)).items() >= {"passed": "closed", "kind": "petition"}.items()
    assert {row[5] for row in closed.rows[1:]} == {"已办结"}
    # Event e has a stage "handling"; half of the petitions, those of even number, are closed.
    assert len(handled.rows) - 1 == 2 * (len(closed.rows) - 1)


def test_an_indicator_by_kind_division_and_month(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/loop/dispute_resolution").text)
    villages = CITY.villages
    assert page.row("合计")[1:4] == [str(villages * 40), str(villages * 39), str(villages)]
    assert page.row("邻里")[1] == str(villages * 30)
    assert page.row("第01区")[1] == str(villages // 2 * 40)
    assert page.row("2026-10")[5] == "97.5%"
    assert page.row("2025-11")[5] == f"{39 / 40 - 0.002 * 11:.1%}"
    assert len([row for row in page.rows if row and row[0].startswith("202")]) == CITY.months


def test_a_rate_without_a_denominator_is_a_dash(site: Site) -> None:
    with site.client("city") as client:
        page = Page(client.get("/loop/petition_timeliness").text)
    assert page.row("合计")[7] == "–"


def test_a_table_is_sorted_and_says_so(site: Site) -> None:
    with site.client("city") as client:
        text = client.get("/units", params={"sort": "criminal_case", "direction": "desc"}).text
        page = Page(text)
        second = Page(client.get("/units", params={"month": "2026-10", "page": "2"}).text)
    column = [int(row[4]) for row in page.rows[1:]]
    assert column == sorted(column, reverse=True)
    assert column[0] == 2
    assert [given.get("aria-sort") for tag, given in page.tags if given.get("aria-sort")] == ["descending"]
    assert len(page.rows) - 1 == CITY.villages
    assert "暂无数据" in second.text


def test_quality_is_by_department_and_freshness_by_feed(site: Site) -> None:
    with site.client("quality") as client:
        page = Page(client.get("/quality").text)
        feed = Page(client.get("/feed/grid.event").text)
    assert page.row("市网格中心")[1:] == [*(f"{1 - 0.013 * n:.1%}" for n in range(1, 6)), "–"]
    assert page.row("police.incident")[2] == f"{1 - 0.026:.1%}良"
    assert feed.row("一致性")[2:] == ["1,000", "948", "94.8%", "差", "-0.4 %"]
    assert page.row("网格事件grid.event")[-1] == "✗ 迟到"
    assert page.row("接处警police.incident")[-1] == "✓ 按时"
    assert feed.row("2026-10-20") == ["2026-10-20", "1,000", "900", "60", "40", "✓ 平衡"]
    assert feed.row("division")[3:6] == ["3", "3", "3"]


def test_what_a_role_may_not_read_is_said_and_not_shown(site: Site) -> None:
    with site.client("quality") as client:
        for path in ("/", "/units", "/events", "/loop/task_loop", "/overlap", "/event/E-0000000000000005"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "当前角色无权查看" in answer.text, path
            assert "410101" not in answer.text
            assert "permission" not in answer.text


def test_a_role_without_a_row_finds_empty_pages(site: Site) -> None:
    with site.client("nowhere") as client:
        for path in EVERY:
            answer = client.get(path)
            assert answer.status_code == (404 if path.startswith(("/unit/", "/event/")) else 200), path
            assert "410101" not in answer.text


def test_a_mart_that_is_not_there_leaves_the_others(site: Site) -> None:
    with psycopg.connect(credentials.database_uri("postgres", site.database), autocommit=True) as con:
        con.execute("ALTER TABLE mart.task_loop RENAME TO task_loop_away")
        con.execute("ALTER TABLE mart.place RENAME TO place_away")
        try:
            with site.client("city") as client:
                page = Page(client.get("/").text)
        finally:
            con.execute("ALTER TABLE mart.task_loop_away RENAME TO task_loop")
            con.execute("ALTER TABLE mart.place_away RENAME TO place")
    assert page.text.count("暂无数据") == 2
    assert page.row("第01区")


def test_a_statistics_role_finds_its_suppressed_tables_under_the_same_names(site: Site) -> None:
    with site.client("statistics") as client:
        page = Page(client.get("/loop/task_loop").text)
        overview = Page(client.get("/").text)
        assert "当前角色无权查看" in client.get("/loop/hazard_rectification").text
    assert page.row("2026-10")[1:3] == ["120", "–"]
    # What is withheld of one village is withheld of every sum with it, and said of none on the map.
    for county in ("01", "02"):
        units, _, counts = expected(f"4101{county}")
        shown = [counts[name] if name != "criminal_case" else "–" for name in PRIMES]
        assert counts["criminal_case"] > 0
        assert overview.row(f"第{county}区")[1:] == [f"–/{units}", *map(str, shown)]
    withheld = sum(village_counts(n)["criminal_case"] > 0 for n in range(CITY.villages))
    assert f"○ 已隐去 {withheld}" in overview.text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/units?sort=unit_id;drop",
            "/units?kind=person",
            "/units?page=0",
            "/units?page=201",
            "/?month=2026-13",
        ),
        *(
            "/?division=4101",
            "/?division=%D9%A1" + "0" * 11,
            "/event/%00",
            "/events?until=2026-02-31",
            "/events?unit=410101001001",
            "/events?until=yesterday",
        ),
    ],
)
def test_an_address_that_means_nothing(site: Site, path: str) -> None:
    with site.client("city") as client:
        assert client.get(path).status_code == 400


def test_nothing_of_a_request_becomes_markup(site: Site) -> None:
    with site.client("city") as client:
        for path in ("/unit/village/<b>x", "/feed/<b>x", "/event/<b>x", "/units?lang=<b>x", "/units?x=<b>x"):
            assert "<b>x" not in client.get(path).text


def test_words_are_there_in_both_languages() -> None:
    chinese, english = words.table().values()
    assert set(chinese) == set(english)
    assert all(chinese.values())
    assert all(english.values())
    for one in indicators.INDICATORS.values():
        assert {one.mart, *one.columns} <= set(chinese)
