"""Signing in: PostgreSQL decides, the password stays in the process, forms from elsewhere are refused."""

import logging
import re

import httpx
import psycopg
import pytest
from psycopg import sql

from infra.dashboard import render
from infra.stack import credentials
from tests.infra.dashboard.conftest import PASSWORD, Site

PAGES = (
    "/",
    "/units",
    "/loop/dispute_resolution",
    "/events",
    "/quality",
    "/overlap",
    "/event/E-1",
    "/feed/a",
)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_without_signing_in(site: Site, path: str) -> None:
    with httpx.Client(base_url=site.url) as client:
        answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/signin?next=")
    assert "测试市" not in answer.text


@pytest.mark.parametrize(("role", "password"), [("county", "wrong"), (None, PASSWORD), ("county", "")])
def test_what_postgresql_refuses_is_refused(site: Site, role: str | None, password: str) -> None:
    name = site.roles[role] if role else "nobody_of_that_name"
    with site.client() as client:
        answer = client.post("/signin", data={"role": name, "password": password})
        assert answer.status_code == 401
        assert "角色名或口令不对" in answer.text
        assert client.get("/").url.path == "/signin"


def test_the_cookie_says_nothing_and_is_kept_close(site: Site) -> None:
    with site.client() as client:
        given = {"role": site.roles["county"], "password": PASSWORD}
        answer = client.post("/signin?next=/units", data=given, follow_redirects=False)
    assert answer.headers["location"] == "/units"
    cookie = answer.headers["set-cookie"]
    assert re.search(r"^sanling=[\w-]{40,};", cookie)
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert PASSWORD not in str(answer.headers)
    assert site.roles["county"] not in cookie


@pytest.mark.parametrize(
    "to", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)", "/signout"]
)
def test_signing_in_leads_nowhere_else(site: Site, to: str) -> None:
    with site.client() as client:
        given = {"role": site.roles["county"], "password": PASSWORD}
        answer = client.post("/signin", params={"next": to}, data=given, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("origin", ["https://example.org", "null", None])
@pytest.mark.parametrize("path", ["/signin", "/signout"])
def test_forms_from_elsewhere_are_refused(site: Site, path: str, origin: str | None) -> None:
    with site.client("county") as client:
        del client.headers["origin"]
        answer = client.post(path, headers={"Origin": origin} if origin else {}, data={"role": "a"})
        assert answer.status_code == 403
        assert client.get("/").url.path == "/"  # still signed in


def test_a_foreign_host_name_is_refused(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        assert client.get("/signin", headers={"Host": "example.org"}).status_code == 400


def test_signing_out_ends_the_session(site: Site) -> None:
    with site.client("county") as client:
        token = client.cookies["sanling"]
        client.post("/signout")
        client.cookies.set("sanling", token)
        answer = client.get("/")
    assert answer.url.path == "/signin"
    assert "登录已失效" in answer.text


def test_a_changed_password_ends_the_session(site: Site) -> None:
    name = sql.Identifier(site.roles["quality"])
    with (
        psycopg.connect(credentials.database_uri("postgres", site.database), autocommit=True) as con,
        site.client("quality") as client,
    ):
        assert client.get("/quality").url.path == "/quality"
        con.execute(sql.SQL("ALTER ROLE {} PASSWORD 'another'").format(name))
        try:
            assert client.get("/quality").url.path == "/signin"
        finally:
            con.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(PASSWORD)))


def test_a_form_too_large_is_refused(site: Site) -> None:
    with site.client() as client:
        assert client.post("/signin", data={"role": "a" * 10_000}).status_code == 413


def test_every_answer_forbids_scripts_and_storing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.client("county") as client:
        answers = [client.get(path) for path in (*PAGES, "/signin", "/nothing")]
        monkeypatch.setattr(render, "page", lambda *_: 1 / 0)
        answers.append(client.get("/units"))
    assert "ZeroDivisionError" not in answers[-1].text
    assert answers[-1].status_code == 500
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script|\son[a-z]+=|\sstyle=", answer.text)


def test_no_password_reaches_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), site.client("county") as client:
        client.get("/")
        client.post("/signin", data={"role": "nobody", "password": PASSWORD})
    assert PASSWORD not in caplog.text
