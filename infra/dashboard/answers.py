"""Answers in HTML, in the language of the request, which a cookie keeps."""

from starlette.requests import Request
from starlette.responses import Response

from infra.dashboard import render, words

LANGUAGE = "sanling_language"
YEAR = 365 * 24 * 3600  # seconds


def language_of(request: Request) -> str:
    """The language asked for, the one of the cookie, or Chinese."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if asked in words.LANGUAGES:
            return asked
    return words.DEFAULT


def message(request: Request, word: str, status: int) -> Response:
    """A page that says one thing."""
    text = render.plain("message.html.j2", language_of(request), request.url.path, {"word": word})
    return html(request, text, status)


def html(request: Request, text: str, status: int = 200) -> Response:
    """A page, and the language that its address asks for remembered."""
    response = Response(text, status, media_type="text/html")
    asked = request.query_params.get("lang")
    if asked in words.LANGUAGES:
        response.set_cookie(
            LANGUAGE, asked, max_age=YEAR, httponly=True, samesite="lax", secure=is_https(request)
        )
    return response


def is_https(request: Request) -> bool:
    """Whether the browser came by HTTPS, so that cookies may be kept to it."""
    return request.url.scheme == "https"
