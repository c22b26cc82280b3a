"""The page in a real Chromium: seconds to the first view, languages, keyboard, phone, no foreign request."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from infra.settings import Settings
from tests.infra.dashboard import browser, marts
from tests.infra.dashboard.conftest import PASSWORD, Site, serve

pytestmark = pytest.mark.skipif(not browser.PROGRAM, reason="no Chromium on this machine")
LARGE = marts.City(counties=10, townships=15, per_township=20, months=12, events=20_000)
FIRST_VIEW_SECONDS = 2.0  # of the largest overview, on two cores
TIMES = "performance.getEntriesByType('navigation')[0].loadEventEnd"
FOCUSED = "document.activeElement.getAttribute('href')"
CONTRAST = """(() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const rgb = s => s.match(/[0-9.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  } return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll('body *:not(svg *)')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.offsetParent) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) bad.push(e.outerHTML.slice(0, 120));
  }
  return JSON.stringify(bad);
})()"""


@pytest.fixture(scope="module")
def large(stack: Settings) -> Iterator[Site]:
    """The page over 3,000 villages and twelve months."""
    yield from serve(stack, LARGE)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Tab]:
    """One browser for all tests."""
    with browser.open_tab(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def tab(large: Site, window: browser.Tab) -> browser.Tab:
    """The browser without a memory, signed in as the whole city."""
    window.call("Network.clearBrowserCookies")
    window.size(*browser.DESKTOP)
    window.go(large.url + "/quality")
    assert window.run("location.pathname") == "/signin"
    window.run(f"document.querySelector('#role').value = '{large.roles['city']}'")
    window.run(f"document.querySelector('#password').value = '{PASSWORD}'")
    window.click(".signin button")
    assert window.run("location.pathname") == "/quality"
    return window


def test_first_view_of_a_large_city(tab: browser.Tab, large: Site) -> None:
    seconds = []
    for _ in range(3):
        tab.go(large.url + "/")
        seconds.append(tab.run(TIMES) / 1000)
    assert tab.run("document.querySelectorAll('svg.map a').length") == LARGE.villages * 49 // 50
    assert min(seconds) <= FIRST_VIEW_SECONDS
    # The whole page is two answers of this very host: itself and its style sheet; the icon is the third.
    asked = [json.loads(f'"{url}"') for url in tab.requests()]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(large.url).netloc}
    loaded = json.loads(tab.run("JSON.stringify(performance.getEntriesByType('resource').map(e => e.name))"))
    assert {urlsplit(url).netloc for url in loaded} <= {urlsplit(large.url).netloc}
    assert tab.run("document.scripts.length") == 0


def test_languages_and_the_way_down(tab: browser.Tab, large: Site) -> None:
    tab.go(large.url + "/")
    assert tab.run("document.documentElement.lang") == "zh-CN"
    tab.click("nav a[lang=en]")
    assert tab.run("document.documentElement.lang") == "en"
    tab.click("a[href*='division=410103000000']")  # the cookie keeps the language from here on
    assert tab.run("document.documentElement.lang") == "en"
    assert tab.run("document.querySelector('h1').textContent") == "第03区"
    tab.click("a[href*='having=criminal_case']")
    count = tab.run("document.querySelectorAll('tbody tr').length")
    assert count > 0
    tab.click("tbody a[href^='/events']")
    assert tab.run("document.querySelector('.tag').textContent").startswith("Exactly the events")
    tab.click("tbody a[href^='/event/']")
    assert "sanling trace event E-" in tab.run("document.querySelector('pre').textContent")
    assert tab.run("document.querySelectorAll('#h-reports ~ div tbody tr').length") > 0
    tab.click(".top form button")
    assert tab.run("location.pathname") == "/signin"


def test_keyboard_alone_is_enough(tab: browser.Tab, large: Site) -> None:
    tab.go(large.url + "/units")
    tab.press("Tab")
    assert tab.run(FOCUSED) == "#main"
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") != "none"
    tab.press("Enter", "\r")
    tab.press("Tab")
    assert tab.run("document.querySelector('main').contains(document.activeElement)")
    for _ in range(20):  # through the filter into the table's header
        if "sort=name" in (tab.run(FOCUSED) or ""):
            break
        tab.press("Tab")
    tab.seen.clear()
    tab.press("Enter", "\r")
    tab.wait("Page.loadEventFired")
    assert tab.run("document.querySelector('th[aria-sort]').textContent").startswith("名称")


def test_paper_has_the_figures_and_not_the_controls(tab: browser.Tab, large: Site) -> None:
    tab.go(large.url + "/")
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        for gone in (".menu", ".months", ".who", ".skip"):
            assert tab.run(f"getComputedStyle(document.querySelector('{gone}')).display") == "none"
        cut = "[...document.querySelectorAll('.scroll')].some(e => e.scrollHeight > e.clientHeight + 1)"
        assert tab.run(cut) is False
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("path", ["/", "/units", "/loop/petition_timeliness", "/events", "/quality"])
def test_a_phone_shows_all_without_scrolling_sideways(tab: browser.Tab, large: Site, path: str) -> None:
    tab.size(*browser.PHONE)
    for language in ("zh", "en"):
        tab.go(f"{large.url}{path}?lang={language}")
        assert tab.run("document.documentElement.scrollWidth") <= browser.PHONE[0]
        assert json.loads(tab.run(CONTRAST)) == []
