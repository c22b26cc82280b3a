"""The application: sign in, sign out, pages. Every page asks PostgreSQL anew, as the role signed in."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from infra.dashboard import events, loops, overview, quality, render, units, words
from infra.dashboard.guard import Guard
from infra.dashboard.reader import SignInRefused, Unreachable, reading
from infra.dashboard.sessions import Sessions
from infra.dashboard.settings import Settings
from infra.dashboard.view import BadRequest, NotFound, View

COOKIE, LANGUAGE = "sanling", "sanling_language"
YEAR = 365 * 24 * 3600
LONGEST_FORM = 4096  # bytes
Page = Callable[..., tuple[str, dict[str, Any]]]
PAGES: dict[str, Page] = {  # path -> what to show; the parts in braces are its arguments
    "/": overview.overview,
    "/units": units.units,
    "/unit/{kind}/{key}": units.unit,
    "/loop/{mart}": loops.loop,
    "/events": events.events,
    "/event/{key}": events.event,
    "/quality": quality.quality,
    "/overlap": quality.overlap,
    "/feed/{key}": quality.feed,
}


def create_app() -> Starlette:
    """The application with no session open."""
    settings = Settings()
    app = Starlette(
        routes=[
            *(Route(path, _page(show), methods=["GET"]) for path, show in PAGES.items()),
            Route("/signin", sign_in, methods=["GET", "POST"]),
            Route("/signout", sign_out, methods=["POST"]),
            Route("/health", lambda _: PlainTextResponse("ok")),
            Mount("/static", StaticFiles(directory=render.STATIC)),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=settings.dashboard_hosts, www_redirect=False),
            Middleware(Guard),
            Middleware(GZipMiddleware, minimum_size=2000),
        ],
        exception_handlers={HTTPException: _http_error, 500: _failed},
    )
    app.state.sessions = Sessions(
        settings.dashboard_idle_minutes * 60, settings.dashboard_session_hours * 3600
    )
    return app


def _page(show: Page) -> Callable[[Request], Response]:
    """A GET route around a function of a view; Starlette runs it in a thread of its own."""

    def answer(request: Request) -> Response:
        sessions: Sessions = request.app.state.sessions
        session = sessions.find(request.cookies.get(COOKIE))
        if session is None:
            return _to_sign_in(request, ended=COOKIE in request.cookies)
        language = language_of(request)
        try:
            with reading(session.role, session.password) as reader:
                view = View(reader, request.url.path, request.query_params, language, session.role)
                template, values = show(view, **request.path_params)
                text = render.page(template, view, values)
        except SignInRefused as refused:
            if str(refused) == "signin_busy":
                return _message(request, "signin_busy", 503)
            sessions.end(request.cookies[COOKIE])  # the role is gone or has another password
            return _to_sign_in(request, ended=True)
        except Unreachable:
            return _message(request, "unreachable", 503)
        except BadRequest:
            return _message(request, "bad_request", 400)
        except NotFound:
            return _message(request, "not_found", 404)
        return _html(request, text)

    return answer


async def sign_in(request: Request) -> Response:
    """The form, and its answer: PostgreSQL alone says whether name and password are right."""
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
        COOKIE, sessions.begin(role, password), httponly=True, samesite="strict", secure=_is_https(request)
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session."""
    request.app.state.sessions.end(request.cookies.get(COOKIE))
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(request))
    return response


def language_of(request: Request) -> str:
    """The language asked for, the one of the cookie, or Chinese."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if asked in words.LANGUAGES:
            return asked
    return words.DEFAULT


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


def _to_sign_in(request: Request, *, ended: bool) -> Response:
    to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/signin?next={quote(to, safe='')}" + ("&ended=1" if ended else ""), 303)


def _form(request: Request, problem: str, status: int = 200, role: str = "") -> Response:
    values = {"problem": problem, "name": role, "next": request.query_params.get("next", "/")}
    return _html(
        request, render.plain("signin.html.j2", language_of(request), request.url.path, values), status
    )


def _message(request: Request, word: str, status: int) -> Response:
    text = render.plain("message.html.j2", language_of(request), request.url.path, {"word": word})
    return _html(request, text, status)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _message(request, "not_found" if status == 404 else "bad_request", status)


def _failed(request: Request, _: Exception) -> Response:
    return _message(request, "failed", 500)


def _html(request: Request, text: str, status: int = 200) -> Response:
    response = Response(text, status, media_type="text/html")
    asked = request.query_params.get("lang")
    if asked in words.LANGUAGES:
        response.set_cookie(
            LANGUAGE, asked, max_age=YEAR, httponly=True, samesite="lax", secure=_is_https(request)
        )
    return response


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
