"""The misbehaving server misbehaves as asked, as often as asked, and is well otherwise."""

import httpx
import pytest

from tests.faults.http_server import KINDS, Fault, Platform, serve

ROWS = [{"XFJBH": f"P{n}", "XM": "李㛃", "GXSJ": "2026-10-01 10:00:00"} for n in range(25)]


def token(platform: Platform) -> dict[str, str]:
    form = {
        "grant_type": "client_credentials",
        "client_id": platform.client,
        "client_secret": platform.secret,
    }
    answer = httpx.post(f"{platform.url}/oauth/token", data=form).raise_for_status().json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def ask(platform: Platform, page: int = 1) -> httpx.Response:
    address = f"{platform.url}/api/v1/petitions"
    return httpx.get(address, params={"page": page, "size": 10}, headers=token(platform))


def rows(platform: Platform, page: int = 1) -> list[dict[str, object]]:
    return list(ask(platform, page).raise_for_status().json()["data"]["rows"])


def test_without_faults_each_row_comes_once() -> None:
    with serve(ROWS) as platform:
        assert [row for page in (1, 2, 3) for row in rows(platform, page)] == ROWS
        assert httpx.get(f"{platform.url}/api/v1/petitions").status_code == 401
        assert [query["page"] for query in platform.asked] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("busy", 429), ("busy_date", 429), ("broken", 500), ("gateway", 502), ("expired", 401)],
)
def test_a_fault_strikes_as_often_as_asked_then_it_is_over(kind: str, status: int) -> None:
    with serve(ROWS, [Fault(kind, times=2, page=2)]) as platform:
        assert ask(platform, 1).status_code == 200
        assert [ask(platform, 2).status_code for _ in range(3)] == [status, status, 200]
        assert platform.count(kind) == 2


def test_429_says_when_to_come_back() -> None:
    with serve(ROWS, [Fault("busy", retry_after=2), Fault("busy_date")]) as platform:
        assert ask(platform).headers["Retry-After"] == "2"
        assert ask(platform).headers["Retry-After"].endswith("GMT")


@pytest.mark.parametrize("kind", ["cut", "hang_up"])
def test_the_line_breaks(kind: str) -> None:
    with serve(ROWS, [Fault(kind)]) as platform:
        with pytest.raises(httpx.RemoteProtocolError):
            ask(platform)
        assert rows(platform) == ROWS[:10]


@pytest.mark.parametrize("kind", ["truncated", "html"])
def test_a_body_is_no_json(kind: str) -> None:
    with serve(ROWS, [Fault(kind)]) as platform:
        answer = ask(platform)
        assert answer.status_code == 200
        with pytest.raises(ValueError):
            answer.json()


def test_an_envelope_can_carry_an_error() -> None:
    with serve(ROWS, [Fault("refused")]) as platform:
        answer = ask(platform)
        assert (answer.status_code, answer.json()["code"]) == (200, 500)


def test_the_data_can_be_wrong() -> None:
    faults = [
        Fault("schema", column="XM"),
        Fault("column_missing", column="XM"),
        Fault("lost_row"),
        Fault("total_changed"),
        Fault("duplicate_page", page=2),
    ]
    with serve(ROWS, faults) as platform:
        assert set(rows(platform)[0]) == {"XFJBH", "XM_NEW", "GXSJ"}
        assert set(rows(platform)[0]) == {"XFJBH", "GXSJ"}
        assert len(rows(platform)) == 9
        assert ask(platform).json()["data"]["total"] == 26
        assert rows(platform, 2) == ROWS[:10]
        assert rows(platform, 2) == ROWS[10:20]


def test_a_misspelt_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="no such fault: bussy"):
        Fault("bussy")
    assert "busy" in KINDS
