"""One HTTP source as a polite client sees it: token, rate, retries with back-off, whole bodies."""

import asyncio
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import httpx
import stamina
from aiolimiter import AsyncLimiter

from infra.settings import connection
from ingest.connectors import SourceError, SourceUnavailable
from ingest.connectors.formats.json_rows import NotRecords
from ingest.contract import Contract

T = TypeVar("T")
ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 6, 0.2, 10.0  # tries of one request, seconds
TOKENS = 3  # as many tokens refused for one request: they have not expired, we are not welcome
LONGEST_RETRY_AFTER = 60.0  # seconds; a source that wants more is left until pull tries again
TIMEOUT = httpx.Timeout(30.0, read=60.0, pool=None)  # waiting for a free connection is no fault
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Again(Exception):
    """This answer may be better next time; `wait` is what the source asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


class Client:
    """Requests to the connection of a contract; an async context."""

    def __init__(self, contract: Contract) -> None:
        settings = contract.server.settings
        self._name, self._feed = str(contract.server.connection), contract.feed
        uri = urlsplit(connection(self._name))
        self._user, self._secret = unquote(uri.username or ""), unquote(uri.password or "")
        self._token_path = settings.get("tokenPath")
        self._token_field = str(settings.get("tokenField", "access_token"))
        self._token: str | None = None
        self._token_lock = asyncio.Lock()
        self._not_before = 0.0  # monotonic clock; a busy source stops all requests, not one
        rate = float(settings.get("ratePerSecond") or 0)
        self._limiter = AsyncLimiter(1, 1 / rate) if rate else None
        in_flight = int(settings.get("inFlight", 4))
        self._http = httpx.AsyncClient(
            base_url=f"{uri.scheme}://{uri.netloc.rpartition('@')[2]}{uri.path.rstrip('/')}",
            auth=None if self._token_path or not self._user else (self._user, self._secret),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight),
            verify=uri.scheme == "https",  # reading certificates takes 0.2 s that plain http need not spend
            trust_env=False,
        )

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(
        self, path: str, params: Mapping[str, str | int], read: Callable[[bytes, httpx.Headers], T]
    ) -> tuple[bytes, T]:
        """The body of an answer and what `read` makes of it; NotRecords from `read` is tried again.

        Raises SourceError when the source refuses us, SourceUnavailable when it stays unwell.
        """
        if urlsplit(path).netloc not in ("", self._http.base_url.netloc.decode()):
            raise SourceError(f"{self._where(path)} is on another host, which gets no token of ours")
        refused: set[str] = set()
        try:
            async for attempt in stamina.retry_context(
                on=_pause, attempts=ATTEMPTS, timeout=None, wait_initial=FIRST_WAIT, wait_max=LONGEST_WAIT
            ):
                with attempt:
                    return await self._once(path, params, read, refused)
        except (_Again, httpx.HTTPError) as fault:
            raise SourceUnavailable(f"{self._where(path)} {_said(fault)}, {ATTEMPTS} times") from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(
        self,
        path: str,
        params: Mapping[str, str | int],
        read: Callable[[bytes, httpx.Headers], T],
        refused: set[str],
    ) -> tuple[bytes, T]:
        token = await self._current_token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self._send(
            self._http.build_request("GET", path, params=params or None, headers=headers)
        )
        if answer.status_code == httpx.codes.UNAUTHORIZED and token:
            refused.add(token)
            self._token = None if self._token == token else self._token
            if len(refused) < TOKENS:
                raise _Again("answered 401", 0.01)
        self._check(answer, path)
        try:
            return answer.content, read(answer.content, answer.headers)
        except NotRecords as fault:
            raise _Again(f"answered {fault}") from None

    async def _current_token(self) -> str | None:
        if not self._token_path:
            return None
        async with self._token_lock:
            if self._token is None:
                form = {
                    "grant_type": "client_credentials",
                    "client_id": self._user,
                    "client_secret": self._secret,
                }
                answer = await self._send(self._http.build_request("POST", self._token_path, data=form))
                self._check(answer, self._token_path)
                try:
                    self._token = str(answer.json()[self._token_field])
                except (ValueError, KeyError, TypeError):
                    raise _Again(f"answered without {self._token_field}") from None
            return self._token

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """One answer, whole; httpx raises when the body is shorter than announced."""
        if (pause := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        if self._limiter:
            await self._limiter.acquire()
        answer = await self._http.send(request)
        if answer.status_code in PASSING:
            wait = _retry_after(answer.headers.get("Retry-After"))
            if wait is not None:
                self._not_before = max(self._not_before, time.monotonic() + wait)
            raise _Again(f"answered {answer.status_code}", wait)
        return answer

    def _check(self, answer: httpx.Response, path: str) -> None:
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise SourceError(
                f"{self._where(path)} refuses our credentials ({answer.status_code}); "
                f"check SANLING_CONN_{self._name.upper()}"
            )
        if not answer.is_success:
            raise SourceError(
                f"{self._where(path)} answered {answer.status_code}; check the contract's path and parameters"
            )

    def _where(self, path: str) -> str:
        return f"{self._feed}: connection {self._name}: {urlsplit(path).path}"


def _pause(fault: Exception) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if isinstance(fault, _Again):
        return True if fault.wait is None else max(fault.wait, 0.01)
    return isinstance(fault, httpx.TransportError)


def _said(fault: Exception) -> str:
    return str(fault) if isinstance(fault, _Again) else f"cut the line ({type(fault).__name__})"


def _retry_after(value: str | None) -> float | None:
    """Seconds that `Retry-After` asks for, in its number or its date form (RFC 9110 section 10.2.3)."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
