"""Signing in and out: PostgreSQL alone says whether name and password are right."""

from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from infra.dashboard import render
from infra.dashboard.answers import html, is_https, language_of
from infra.dashboard.reader import SignInRefused, Unreachable, reading
from infra.dashboard.sessions import Sessions

COOKIE = "sanling"  # holds a random token and nothing else
LONGEST_FORM = 4096  # bytes


async def sign_in(request: Request) -> Response:
    """The form, and what comes of it."""
    if request.method != "POST":
        return _form(request, "signin_ended" if "ended" in request.query_params else "")
    body = await _body(request)
    given = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    role, password = given.get("role", "").strip(), given.get("password", "")
    sessions: Sessions = request.app.state.sessions
    if sessions.must_wait(role):
        return _form(request, "signin_wait", 429, role)
    try:
        await run_in_threadpool(_try, role, password)
    except SignInRefused as refused:
        sessions.failed(role)
        return _form(request, str(refused), 401, role)
    except Unreachable:
        return _form(request, "unreachable", 503, role)
    response = RedirectResponse(_own_path(request.query_params.get("next", "/")), 303)
    sessions.end(request.cookies.get(COOKIE))
    response.set_cookie(
        COOKIE, sessions.begin(role, password), httponly=True, samesite="strict", secure=is_https(request)
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session."""
    request.app.state.sessions.end(request.cookies.get(COOKIE))
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=is_https(request))
    return response


def to_sign_in(request: Request, *, ended: bool) -> Response:
    """Lead to the form, and from there back to what was asked for."""
    to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/signin?next={quote(to, safe='')}" + ("&ended=1" if ended else ""), 303)


def _form(request: Request, problem: str, status: int = 200, role: str = "") -> Response:
    values = {"problem": problem, "name": role, "next": request.query_params.get("next", "/")}
    return html(
        request, render.plain("signin.html.j2", language_of(request), request.url.path, values), status
    )


def _try(role: str, password: str) -> None:
    if not role or not password or "\0" in role + password:
        raise SignInRefused("signin_wrong")
    with reading(role, password):
        pass


async def _body(request: Request) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    return body.decode("utf-8", errors="replace")


def _own_path(path: str) -> str:
    """A path on this page; what leads elsewhere leads home."""
    parts = urlsplit(path)
    is_own = path.startswith("/") and not parts.scheme and not parts.netloc and "\\" not in path
    return path if is_own and parts.path not in ("/signin", "/signout") else "/"
