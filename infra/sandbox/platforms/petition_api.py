"""The petition platform's HTTP interface, as a vendor of such systems would have built it.

POST /oauth/token gives a bearer token for client credentials; GET /api/v1/petitions and its like page
through the records of an update-time interval [gxsjStart, gxsjEnd), ordered by update time and number.
Answers are wrapped in {code, msg, data}; code 200 is success.

Run by the local stack: `python -m infra.sandbox.platforms.petition_api`.
"""

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from infra.sandbox.platforms import behaviour, petition_store
from infra.sandbox.platforms.behaviour import Fault, Manners
from infra.settings import TIMEZONE
from infra.stack import credentials
from infra.stack.sandbox import CLIENT

LARGEST_PAGE = 1000
RETRY_AFTER = 1  # seconds


class Refusal(Exception):
    """An answer that is not the one hoped for, in the platform's envelope."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


class CutResponse(Response):
    """Promises the whole body, sends half of it and hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the truthful length and half the bytes; uvicorn closes a line that is left like this."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def create_app(client_id: str, client_secret: str) -> FastAPI:
    """The application over what the platform knows and the behaviour that stands beside it."""
    app = FastAPI(title="信访信息系统数据接口", docs_url=None, redoc_url=None, openapi_url=None)
    manners = Manners(behaviour.file())
    tokens: dict[str, float] = {}  # token -> when it ends, by the monotonic clock

    def client_of(request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or tokens.get(token, 0.0) <= time.monotonic():
            raise Refusal(401, "令牌无效或已过期", {"WWW-Authenticate": "Bearer"})
        return token

    @app.post("/oauth/token")
    async def token(request: Request) -> Response:
        given = _credentials(request.headers.get("authorization", ""), await request.body())
        if not _equal(given, (client_id, client_secret)):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        now, life = time.monotonic(), manners.now().token_seconds
        for old in [each for each, ends in tokens.items() if ends <= now]:
            del tokens[old]
        fresh = secrets.token_urlsafe(32)
        tokens[fresh] = now + life
        return JSONResponse({"access_token": fresh, "token_type": "Bearer", "expires_in": life})

    for resource in petition_store.RESOURCES:
        app.get(resource.path)(_pages(petition_store.Rows(resource.file), manners, client_of))

    @app.get("/health")
    async def health() -> Response:
        return JSONResponse({"status": "UP"})

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return _envelope(refusal.status, refusal.message, refusal.headers)

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> Response:
        names = ", ".join(str(each["loc"][-1]) for each in error.errors())
        return _envelope(400, f"参数错误: {names}")

    return app


def _pages(
    rows: petition_store.Rows, manners: Manners, client_of: Callable[[Request], str]
) -> Callable[..., Awaitable[Response]]:
    """The handler that pages through one kind of record."""

    async def page(
        request: Request,
        start: Annotated[datetime | None, Query(alias="gxsjStart")] = None,
        end: Annotated[datetime | None, Query(alias="gxsjEnd")] = None,
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    ) -> Response:
        client = client_of(request)
        await asyncio.sleep(manners.now().latency_ms / 1000)
        fault = manners.fault(f"{request.url.path}?{request.url.query}")
        if fault is Fault.busy or manners.is_over_limit(client, time.monotonic()):
            raise Refusal(429, "请求过于频繁", {"Retry-After": str(RETRY_AFTER)})
        if fault is Fault.broken:
            raise Refusal(500, "系统繁忙，请稍后再试")
        total, found = rows.page(_local(start), _local(end), page, size)
        head = f'{{"code":200,"msg":"success","data":{{"total":{total},"page":{page},"size":{size},"rows":['
        body = b"".join((head.encode(), found, b"]}}"))
        answer = CutResponse if fault is Fault.cut else Response
        return answer(body, media_type="application/json")

    return page


def _envelope(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"code": status, "msg": message, "data": None}, status, headers)


def _credentials(header: str, body: bytes) -> tuple[str, str]:
    """Client id and secret from the header or the form (RFC 6749 section 2.3.1); blank if absent."""
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return "", ""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(name), unquote(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _equal(given: tuple[str, str], wanted: tuple[str, str]) -> bool:
    return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, wanted, strict=True))


def _local(when: datetime | None) -> datetime | None:
    """A time with an offset as the city's local time; one without is local already."""
    if when is None or when.tzinfo is None:
        return when
    return when.astimezone(ZoneInfo(TIMEZONE)).replace(tzinfo=None)


def main() -> None:
    """Serve on the port and with the credentials that the local stack keeps for `petition`."""
    app = create_app(CLIENT, credentials.secret("petition"))
    port = credentials.port("petition")
    uvicorn.run(app, host=credentials.LOOPBACK, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
