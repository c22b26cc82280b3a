"""The petition platform over real sockets: who gets in, paging, limits, faults, days."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from infra.sandbox.platforms import behaviour, petition_store
from infra.sandbox.platforms.behaviour import Behaviour, Fault
from infra.sandbox.platforms.petition_api import create_app
from tests.infra.sandbox.platforms.small_city import FIRST, RARE, SECOND, petition, write_day

PAGES = "/api/v1/petitions"
CALM = Behaviour(fault_rate=0, rate_per_second=0)


@pytest.fixture
def server(city: Path) -> Iterator[str]:
    behaviour.write(CALM)
    app = create_app("sanling", "s:e/c ret")
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(5)


def token(server: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": "sanling", "client_secret": "s:e/c ret"}
    answer = httpx.post(f"{server}/oauth/token", data=form).raise_for_status().json()
    assert answer["token_type"] == "Bearer"
    return str(answer["access_token"])


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {token(server)}"}) as opened:
        yield opened


def everything(
    client: httpx.Client, size: int, path: str = PAGES, **interval: str
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    page = 1
    while True:
        params = {"page": page, "size": size, **interval}
        data = client.get(path, params=params).raise_for_status().json()["data"]
        rows += data["rows"]
        if page * size >= data["total"]:
            assert len(rows) == data["total"]
            return rows
        page += 1


def test_nobody_gets_in_without_a_token(server: str) -> None:
    write_day("petition.petition", FIRST, [petition("P1")])
    petition_store.load(petition_store.PETITION, FIRST)
    for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic c2FubGluZzpz"}):
        answer = httpx.get(server + PAGES, headers=headers)
        assert answer.status_code == 401
        assert answer.json() == {"code": 401, "msg": "令牌无效或已过期", "data": None}


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "client_credentials", "client_id": "sanling", "client_secret": "wrong"},
        {"grant_type": "client_credentials", "client_id": "other", "client_secret": "s:e/c ret"},
        {"grant_type": "password", "client_id": "sanling", "client_secret": "s:e/c ret"},
        {},
    ],
)
def test_wrong_credentials_get_no_token(server: str, form: dict[str, str]) -> None:
    answer = httpx.post(f"{server}/oauth/token", data=form)
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client"}


def test_basic_authentication_gets_a_token_too(server: str) -> None:
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{server}/oauth/token", data=form, auth=("sanling", "s%3Ae%2Fc%20ret"))
    assert answer.status_code == 200


def test_a_token_runs_out(server: str) -> None:
    behaviour.write(CALM.model_copy(update={"token_seconds": 1}))
    headers = {"Authorization": f"Bearer {token(server)}"}
    assert httpx.get(server + PAGES, headers=headers).status_code == 200
    time.sleep(1.1)
    assert httpx.get(server + PAGES, headers=headers).status_code == 401


@pytest.mark.parametrize("size", [7, 100, 1000])
def test_paging_covers_each_row_once_in_order(client: httpx.Client, size: int) -> None:
    # Many rows share an update time: only the number orders them.
    rows = [petition(f"P{n:04d}", GXSJ=f"2026-10-01 10:00:{n % 3:02d}") for n in range(1203)]
    write_day("petition.petition", FIRST, rows[::-1])
    petition_store.load(petition_store.PETITION, FIRST)
    got = everything(client, size)
    assert [(row["GXSJ"], row["XFJBH"]) for row in got] == sorted((r["GXSJ"], r["XFJBH"]) for r in rows)


def test_the_interval_is_half_open_and_knows_offsets(client: httpx.Client) -> None:
    times = ("2026-10-01 09:59:59", "2026-10-01 10:00:00", "2026-10-01 11:00:00")
    write_day("petition.petition", FIRST, [petition(f"P{n}", GXSJ=at) for n, at in enumerate(times)])
    petition_store.load(petition_store.PETITION, FIRST)
    for start, end in (
        ("2026-10-01 10:00:00", "2026-10-01 11:00:00"),
        ("2026-10-01T10:00:00+08:00", "2026-10-01T03:00:00Z"),
    ):
        assert [row["XFJBH"] for row in everything(client, 10, gxsjStart=start, gxsjEnd=end)] == ["P1"]


def test_values_arrive_as_they_were_entered(client: httpx.Client) -> None:
    odd = petition(
        "P2", XM=f"张{RARE}", XFRS="三人", GXSJ="2026-10-01 11:00:00", XFNR='"\\\n\t\u200b', ZZ=None
    )
    write_day("petition.petition", FIRST, [petition("P1"), odd])
    petition_store.load(petition_store.PETITION, FIRST)
    first, second = everything(client, 10)
    assert first["XFRS"] == 3
    assert {name: second[name] for name in odd} == odd
    assert next(iter(first)) == "XFJBH"


def test_each_resource_has_a_path_of_its_own(client: httpx.Client) -> None:
    write_day("petition.petition", FIRST, [petition("P1")])
    steps = [
        {"GCBH": "GCP101", "XFJBH": "P1", "XH": "1", "BLFS": "转送", "GXSJ": "2026-10-01 11:00:00"},
        {"GCBH": "GCP102", "XFJBH": "P1", "XH": "若干", "BLFS": "办结", "GXSJ": "2026-10-01 12:00:00"},
    ]
    write_day("petition.progress", FIRST, steps)
    for resource in petition_store.RESOURCES:
        petition_store.load(resource, FIRST)
    got = everything(client, 10, "/api/v1/progress")
    assert [(row["GCBH"], row["XFJBH"], row["XH"]) for row in got] == [
        ("GCP101", "P1", 1),
        ("GCP102", "P1", "若干"),
    ]
    assert [row["XFJBH"] for row in everything(client, 10)] == ["P1"]


def test_a_later_day_replaces_versions_and_hides_what_was_deleted(client: httpx.Client) -> None:
    nameless = [petition("", XM="甲"), petition("", XM="乙")]
    pair = [petition("D", XFNR="一"), petition("D", XFNR="二")]
    write_day("petition.petition", FIRST, [petition("P1"), petition("P2"), *nameless, *pair])
    later = "2026-10-02 08:00:00"
    write_day(
        "petition.petition",
        SECOND,
        [
            petition("P1", XFNR="改", GXSJ=later),
            petition("P2", GXSJ=later, _op="delete"),
            petition("P3", GXSJ="昨天"),
        ],
    )
    petition_store.load(petition_store.PETITION, FIRST)
    assert [row["XFJBH"] for row in everything(client, 10)] == ["", "", "D", "D", "P1", "P2"]
    petition_store.load(petition_store.PETITION, SECOND)
    got = everything(client, 10)
    assert [row["XFJBH"] for row in got] == ["", "", "D", "D", "P1", "P3"]
    assert got[4]["XFNR"] == "改"
    # An unreadable update time is filed under the end of the day it came on.
    assert [r["XFJBH"] for r in everything(client, 10, gxsjStart="2026-10-02 23:59:59")] == ["P3"]


@pytest.mark.parametrize("params", [{"page": 0}, {"size": 1001}, {"size": 0}, {"gxsjStart": "gestern"}])
def test_wrong_parameters_are_refused(client: httpx.Client, params: dict[str, str]) -> None:
    answer = client.get(PAGES, params=params)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400


def test_pages_beyond_the_end_are_empty(client: httpx.Client) -> None:
    assert client.get(PAGES, params={"page": 9}).json()["data"]["rows"] == []


def test_the_rate_limit_answers_429_and_says_when_to_come_back(client: httpx.Client) -> None:
    behaviour.write(CALM.model_copy(update={"rate_per_second": 5}))
    answers = [client.get(PAGES, params={"size": 1}) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    time.sleep(1)
    assert client.get(PAGES).status_code == 200


def test_faults_are_occasional_and_the_same_for_the_same_seed(client: httpx.Client) -> None:
    write_day("petition.petition", FIRST, [petition(f"P{n}") for n in range(50)])
    petition_store.load(petition_store.PETITION, FIRST)

    def outcome(page: int) -> str:
        try:
            return str(client.get(PAGES, params={"page": page, "size": 1}).status_code)
        except httpx.RemoteProtocolError:
            return "cut"

    def run(seed: int) -> list[str]:
        behaviour.write(CALM.model_copy(update={"fault_rate": 0.3, "seed": seed}))
        return [outcome(page) for page in range(1, 51)]

    first = run(7)
    assert set(first) == {"200", "429", "500", "cut"}
    assert first.count("200") > 25
    assert run(8) != first
    assert run(7) == first


def test_a_request_that_met_a_fault_succeeds_later() -> None:
    manners = Behaviour(fault_rate=0.5)
    assert any(manners.fault("page=1", attempt) is None for attempt in range(1, 20))
    assert {manners.fault("page=1", attempt) for attempt in range(1, 60)} == {None, *Fault}
