"""A source that misbehaves loses nothing; numbers keep their text; every style of paging brings all rows."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from infra import store
from ingest.connectors import SourceError, SourceUnavailable, http_client
from ingest.contract import Contract
from tests.faults.http_server import Fault, serve
from tests.ingest.connectors.helpers import contract, pull

pytestmark = pytest.mark.usefixtures("stack")
ROWS = [{"id": f"X{i:04d}", "name": f"信访{i}", "n": i, "empty": None} for i in range(95)]
COLUMNS = ["id", "name", "n", "empty"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries as in earnest, only sooner."""
    monkeypatch.setattr(http_client, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(http_client, "LONGEST_WAIT", 0.02)


def feed(connection: str, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Contract:
    """A contract for the petition protocol at a connection."""
    monkeypatch.setenv("SANLING_CONN_TRY", connection)
    given = {
        "connection": "try",
        "tokenPath": "/oauth/token",
        "recordsPath": "/api/v1/petitions",
        "rowsField": "data.rows",
        "totalField": "data.total",
        "pageSize": 10,
        "inFlight": 4,
        **settings,
    }
    return contract({"type": "api", "location": "${TRY_URL}"}, COLUMNS, **given)


def expected() -> list[tuple[Any, ...]]:
    return [(row["id"], row["name"], str(row["n"]), None, i % 10 + 1) for i, row in enumerate(ROWS)]


def test_pages_come_whole_numbered_and_archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS) as platform:
        pulled = pull(feed(platform.connection, monkeypatch), tmp_path)
    assert pulled.values(*COLUMNS, "_row_number") == expected()
    assert [original.name for original in pulled.fetch.originals] == [
        f"page-{n:05d}.json" for n in range(1, 11)
    ]
    assert {row["_source_uri"] for row in pulled.rows} == {
        original.uri for original in pulled.fetch.originals
    }
    first = store.read_bytes(*store.split(pulled.fetch.originals[0].uri))
    assert first is not None
    assert json.loads(first)["data"]["rows"] == ROWS[:10]
    assert [(c.name, c.expected_rows, c.uris) for c in pulled.fetch.control] == [("total", 95, ())]
    assert pulled.fetch.notes == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("busy", times=3, retry_after=0.01),
        Fault("busy_date", times=2),
        Fault("broken", times=3),
        Fault("gateway", times=2),
        Fault("cut", times=2),
        Fault("truncated", times=2),
        Fault("html", times=2),
        Fault("refused", times=2),
        Fault("hang_up", times=2),
        Fault("expired", times=1, page=4),
        Fault("duplicate_page", page=5),
        Fault("lost_row", page=5),
        Fault("total_changed", page=5),
    ],
    ids=lambda fault: fault.kind,
)
def test_a_passing_fault_loses_nothing(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS, [fault]) as platform:
        pulled = pull(feed(platform.connection, monkeypatch), tmp_path)
        assert platform.count(fault.kind)
    assert sorted(pulled.values(*COLUMNS, "_row_number")) == expected()


@pytest.mark.parametrize("kind", ["broken", "cut", "truncated", "html", "refused", "hang_up"])
def test_a_lasting_fault_is_unavailable(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS, [Fault(kind, times=None, page=3)]) as platform:
        with pytest.raises(SourceUnavailable, match="connection try: /api/v1/petitions") as error:
            pull(feed(platform.connection, monkeypatch), tmp_path)
        assert platform.count(kind) == http_client.ATTEMPTS
        assert platform.secret not in str(error.value)


def test_fewer_rows_than_promised_are_told_to_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(ROWS, [Fault("lost_row", times=None, page=3)]) as platform:
        pulled = pull(feed(platform.connection, monkeypatch), tmp_path)
    assert len(pulled.rows) == 94
    assert pulled.fetch.control[0].expected_rows == 95


def test_wrong_credentials_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS) as platform:
        wrong = platform.connection.replace(platform.secret, "wrong")
        with pytest.raises(SourceError, match="check SANLING_CONN_TRY") as error:
            pull(feed(wrong, monkeypatch), tmp_path)
    assert "wrong" not in str(error.value)


def test_a_token_that_is_never_good_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS, [Fault("expired", times=None)]) as platform, pytest.raises(SourceError, match="401"):
        pull(feed(platform.connection, monkeypatch), tmp_path)


def test_a_wrong_path_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS) as platform, pytest.raises(SourceError, match="answered 404; check the contract"):
        pull(feed(platform.connection, monkeypatch, recordsPath="/nowhere"), tmp_path)


def test_nobody_there_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS) as platform:
        gone = platform.connection
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        pull(feed(gone, monkeypatch), tmp_path)


def test_an_empty_window_has_a_page_and_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve([]) as platform:
        pulled = pull(feed(platform.connection, monkeypatch), tmp_path)
    assert (pulled.rows, len(pulled.fetch.originals), pulled.fetch.parts) == ([], 1, [])


def test_the_window_and_its_overlap_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(ROWS[:1]) as platform:
        window = {"fromParam": "since", "toParam": "until", "overlap": "PT2H"}
        pull(feed(platform.connection, monkeypatch, **window), tmp_path)
        assert platform.asked[0]["since"] == "2026-09-30T22:00:00+08:00"
        assert platform.asked[0]["until"] == "2026-10-02T00:00:00+08:00"
        pull(feed(platform.connection, monkeypatch, **window, timeFormat="%Y%m%d%H%M%S"), tmp_path)
        assert platform.asked[-1]["since"] == "20260930220000"
        pull(feed(platform.connection, monkeypatch, **window, timeFormat="epoch_ms"), tmp_path)
        assert platform.asked[-1]["until"] == "1790870400000"


def test_unknown_fields_are_kept_and_an_absent_one_is_not_invented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": "1", "name": "x"}, {"id": "2", "new": {"a": [1, 2]}}]
    with serve(rows) as platform:
        pulled = pull(feed(platform.connection, monkeypatch), tmp_path)
    assert pulled.fetch.parts[0].columns == ("id", "name", "new")
    assert pulled.values("id", "name", "new") == [("1", "x", None), ("2", None, '{"a":[1,2]}')]


@contextmanager
def application(app: FastAPI) -> Iterator[str]:
    """A FastAPI application on a free port of this machine; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def answering(make: Callable[[Request], Response]) -> FastAPI:
    app = FastAPI()

    @app.get("/rows")
    async def rows(request: Request) -> Response:
        return make(request)

    return app


def plain(address: str, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Contract:
    """A contract without token, total or envelope unless given."""
    given = {"tokenPath": "", "totalField": "", "rowsField": "rows", "recordsPath": "/rows", **settings}
    return feed(address, monkeypatch, **given)


def test_every_text_of_a_number_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "1.10",
        "1e2",
        "-0.0",
        "0.00001",
        "410105199001010123",
        "12345678901234567890123",
        "1234567890123456.7",
    ]
    body = ",".join(
        f'{{"id": "{i}", "n": {text}, "name": {{"deep": [{text}]}}}}' for i, text in enumerate(texts)
    )

    def page(request: Request) -> Response:
        return Response(f'{{"rows": [{body if request.query_params["page"] == "1" else ""}]}}')

    with application(answering(page)) as address:
        pulled = pull(plain(address, monkeypatch), tmp_path)
    assert [row["n"] for row in pulled.rows] == texts
    assert all(text in row["name"] for text, row in zip(texts, pulled.rows, strict=True))


def _slice(request: Request, name: str, step: int) -> list[dict[str, Any]]:
    start = int(request.query_params.get(name, 0)) * step
    return ROWS[start : start + 10]


STYLES: dict[str, tuple[Callable[[Request], Response], dict[str, Any]]] = {
    "page without a total, from 0": (
        lambda r: Response(json.dumps(_slice(r, "p", 10))),
        {"rowsField": "$", "pageParam": "p", "firstPage": 0},
    ),
    "offset": (
        lambda r: Response(json.dumps({"count": "95", "rows": _slice(r, "offset", 1)})),
        {"paging": "offset", "totalField": "count"},
    ),
    "cursor": (
        lambda r: Response(
            json.dumps(
                {
                    "rows": _slice(r, "after", 10),
                    "next": {"at": n} if (n := int(r.query_params.get("after", 0)) + 1) < 10 else None,
                }
            )
        ),
        {"paging": "cursor", "pageParam": "after", "cursorField": "next.at"},
    ),
    "link": (
        lambda r: Response(
            json.dumps(_slice(r, "p", 10)),
            headers={"Link": f'<{r.url.path}?p={n}>; rel="next"'}
            if (n := int(r.query_params.get("p", 0)) + 1) < 10
            else {},
        ),
        {"paging": "link", "rowsField": "$"},
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_each_style_of_paging_brings_every_row_once(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, settings = STYLES[style]
    with application(answering(make)) as address:
        pulled = pull(plain(address, monkeypatch, **settings), tmp_path)
    assert pulled.values(*COLUMNS, "_row_number") == expected()


def test_rows_that_leave_the_window_while_paging_take_none_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, gone = list(ROWS), []

    def page(request: Request) -> Response:
        number = int(request.query_params["page"])
        answer = json.dumps({"total": len(rows), "rows": rows[number * 10 - 10 : number * 10]})
        if len(gone) < 5 and number in (2, 5):
            gone.append(rows.pop(0))
        return Response(answer)

    with application(answering(page)) as address:
        pulled = pull(plain(address, monkeypatch, totalField="total", inFlight=1), tmp_path)
    assert gone
    assert {row["id"] for row in rows} <= {row["id"] for row in pulled.rows}, "what stayed must be there"


def test_no_more_requests_at_once_and_a_second_than_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most, times = 0, 0, []
    app = FastAPI()

    @app.get("/rows")
    async def rows(request: Request) -> Response:
        nonlocal now, most
        now, times[len(times) :] = now + 1, [time.monotonic()]
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        number = int(request.query_params["page"])
        return Response(json.dumps({"total": 95, "rows": ROWS[number * 10 - 10 : number * 10]}))

    with application(app) as address:
        pull(plain(address, monkeypatch, totalField="total", inFlight=2), tmp_path)
        assert most == 2
        times.clear()
        pull(plain(address, monkeypatch, totalField="total", inFlight=8, ratePerSecond=40), tmp_path)
    assert times[-1] - times[0] > 0.9 * 9 / 40
