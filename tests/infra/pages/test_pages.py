"""The pages: their figures are the ledger's, they hold nothing personal and ask the net for nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from infra.pages import figures, words, write
from infra.serving import connect_serving
from ingest.contract import load, load_all
from tests.infra.nightly.conftest import night  # noqa: F401  # an empty serving database

FEED = "police.incident"
PERSONAL = re.compile(r"(?<![0-9])(1[3-9][0-9]{9}|[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx])(?![0-9])")
MARTS = f"""
CREATE SCHEMA mart;
CREATE TABLE mart.feed_freshness AS SELECT '{FEED}' AS feed, date '2026-10-03' AS last_business_date,
    1 AS age_days, false AS is_late;
CREATE TABLE mart.feed_ledger AS SELECT '{FEED}' AS feed, date '2026-09-01' + n AS business_date,
    1000 + n AS received, 900 + n AS accepted, 60 AS refused, 40 AS repeated, true AS is_balanced,
    date '2026-10-03' AS _as_of FROM generate_series(1, 20) n;
CREATE TABLE mart.data_quality AS SELECT '{FEED}' AS feed, 'accuracy' AS dimension, '准确性' AS dimension_zh,
    date '2026-10-03' AS business_date, 12345 AS assessed, 12222 AS met, 0.990036 AS score, 1 AS grade,
    -0.0123 AS trend;
CREATE TABLE mart.return_item AS SELECT * FROM (VALUES
    ('{FEED}:13800138000', 'citizen_id', 'caller_id_no', 'BJRZJHM', 'open', date '2026-10-09'),
    ('{FEED}:11010519491231002X', 'citizen_id', 'caller_id_no', 'BJRZJHM', 'overdue', date '2026-10-01'),
    (NULL, 'schema', NULL, NULL, 'closed', date '2026-09-20')
) t (record_key, rule, field, source_field, status, due_on);
ALTER TABLE mart.return_item ADD feed text DEFAULT '{FEED}', ADD severity text DEFAULT 'refuse';
"""


class Page(HTMLParser):
    """Cells by row, links, and whatever would be fetched."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.in_cell = True
        elif tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("script", "link", "img", "iframe", "object") or "src" in given:
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data.strip()


@pytest.fixture
def pages(night: object, tmp_path: Path) -> dict[str, Path]:  # noqa: F811
    with connect_serving() as con:
        con.execute(MARTS.encode())
    return {path.name: path for path in write.write(tmp_path / "pages")}


@pytest.mark.usefixtures("night")
def test_before_the_first_publication_there_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(figures.NothingPublished, match="make run"):
        write.write(tmp_path / "pages")


def test_every_feed_and_department_has_a_page_in_both_languages(pages: dict[str, Path]) -> None:
    stems = {"index"} | {c.feed for c in load_all()} | {c.platform for c in load_all()}
    assert set(pages) == {write.file_name(stem, language) for stem in stems for language in words.LANGUAGES}
    for name, path in pages.items():
        page = Page(path)
        assert {unquote(link) for link in page.links} <= set(pages), name
        assert ('lang="en"' in path.read_text(encoding="utf-8")) == name.endswith(".en.html")


def test_figures_are_the_ledgers(pages: dict[str, Path]) -> None:
    with connect_serving() as con:
        ledger = con.execute(
            "SELECT business_date::text, received, accepted, refused, repeated FROM mart.feed_ledger "
            "ORDER BY 1 DESC LIMIT 14"
        ).fetchall()
    for language in words.LANGUAGES:
        rows = Page(pages[write.file_name(FEED, language)]).rows
        shown = [tuple(row[:5]) for row in rows if len(row) == 6 and row[0].startswith("2026-09")]
        assert shown == [(day, *(f"{n:,}" for n in counts)) for day, *counts in ledger]
    row = next(row for row in Page(pages[f"{FEED}.html"]).rows if row[0] == "准确性")
    assert row[1:] == ["2026-10-03", "12,345", "12,222", "99.0%", "1", "-1.2 %"]


def test_returns_are_counted_by_rule_and_never_shown_one_by_one(pages: dict[str, Path]) -> None:
    label = next(p.label_zh for p in load(FEED).properties if p.name == "caller_id_no")
    for name in (f"{FEED}.html", "police.html"):
        rows = Page(pages[name]).rows
        assert ["citizen_id", label, "退回", "1", "1", "0", "2026-10-01"] in rows
        assert ["schema", "整批数据", "退回", "0", "0", "1", "–"] in rows


def test_nothing_personal_and_nothing_from_the_net(pages: dict[str, Path]) -> None:
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        assert not PERSONAL.search(text), name
        assert not re.search(r"(?i)https?:|//[a-z]|@import|url\(", text), name
        assert Page(path).fetched == [], name


def test_pages_of_feeds_that_are_gone_go_too(pages: dict[str, Path]) -> None:
    folder = pages["index.html"].parent
    (folder / "gone.feed.html").write_text("old", encoding="utf-8")
    write.write(folder)
    assert {path.name for path in folder.iterdir()} == set(pages)


def test_both_languages_have_the_same_words() -> None:
    chinese, english = words.LANGUAGES.values()
    assert set(chinese) == set(english)
