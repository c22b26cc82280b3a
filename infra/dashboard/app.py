"""The application: sign in, sign out, pages. Every page asks PostgreSQL anew, as the role signed in."""

from collections.abc import Callable
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from infra.dashboard import events, loops, overview, quality, render, units
from infra.dashboard.answers import html, language_of, message
from infra.dashboard.guard import HEADERS, Guard
from infra.dashboard.reader import SignInRefused, Unreachable, reading
from infra.dashboard.sessions import Sessions
from infra.dashboard.settings import Settings
from infra.dashboard.signin import COOKIE, sign_in, sign_out, to_sign_in
from infra.dashboard.view import BadRequest, NotFound, View

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
            return to_sign_in(request, ended=COOKIE in request.cookies)
        language = language_of(request)
        try:
            with reading(session.role, session.password) as reader:
                view = View(reader, request.url.path, request.query_params, language, session.role)
                template, values = show(view, **request.path_params)
                text = render.page(template, view, values)
        except SignInRefused as refused:
            if str(refused) == "signin_busy":
                return message(request, "signin_busy", 503)
            sessions.end(request.cookies[COOKIE])  # the role is gone or has another password
            return to_sign_in(request, ended=True)
        except (Unreachable, psycopg.OperationalError):
            return message(request, "unreachable", 503)
        except (BadRequest, psycopg.DataError):  # DataError: a value that no column can hold
            return message(request, "bad_request", 400)
        except NotFound:
            return message(request, "not_found", 404)
        return html(request, text)

    return answer


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return message(request, "not_found" if status == 404 else "bad_request", status)


def _failed(request: Request, _: Exception) -> Response:
    """The answer of Starlette's outermost layer, which no middleware sees."""
    response = message(request, "failed", 500)
    response.headers.update(HEADERS)
    return response
