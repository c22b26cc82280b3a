"""A petition platform that misbehaves exactly as a test tells it to.

    with serve(rows, [Fault("busy", times=2), Fault("cut", page=3)]) as platform:
        ... pull from platform.url, platform.connection ...
    assert platform.count("busy") == 2

It speaks the protocol of the sandbox's petition platform (token, paging, envelope) over real sockets.
Each fault strikes `times` requests for pages (of one page, or of any), then the server is well again;
`times=None` is for ever.
"""

import json
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Row = Mapping[str, object]
KINDS = frozenset(
    {
        "busy",  # 429 with Retry-After in seconds
        "busy_date",  # 429 with Retry-After as an HTTP date in the past
        "broken",  # 500
        "gateway",  # 502 with an HTML page
        "cut",  # promises the whole body, sends half of it, hangs up
        "truncated",  # a complete answer whose JSON ends in the middle
        "html",  # 200 with a login page
        "refused",  # 200 whose envelope carries code 500
        "hang_up",  # closes the line without an answer
        "expired",  # 401, as for a token that has run out
        "schema",  # a column is called differently
        "column_missing",  # a column is not there
        "duplicate_page",  # the page before comes once more in place of this one
        "lost_row",  # a row less than the total promises
        "total_changed",  # the total grows while the client pages
    }
)


@dataclass
class Fault:
    """One way to misbehave; `page=None` strikes whichever page comes, `column` serves the schema kinds."""

    kind: str
    times: int | None = 1
    page: int | None = None
    column: str | None = None
    retry_after: float = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")


@dataclass
class Platform:
    """The running server: its addresses and what it was asked."""

    port: int
    client: str
    secret: str
    rows: Sequence[Row]
    faults: list[Fault]
    largest_page: int = 1000
    asked: list[dict[str, str]] = field(default_factory=list)  # query of each page request
    struck: list[str] = field(default_factory=list)  # kind of each fault that struck
    tokens: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Address without credentials."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connection(self) -> str:
        """What belongs into SANLING_CONN_PETITION."""
        return f"http://{self.client}:{self.secret}@127.0.0.1:{self.port}"

    def count(self, kind: str) -> int:
        """How often a fault struck."""
        return self.struck.count(kind)

    def next_fault(self, page: int) -> Fault | None:
        """The fault that strikes a request for this page, used up by it."""
        with self.lock:
            for fault in self.faults:
                if fault.page in (None, page) and fault.times != 0:
                    fault.times = None if fault.times is None else fault.times - 1
                    self.struck.append(fault.kind)
                    return fault
        return None


@contextmanager
def serve(rows: Sequence[Row], faults: Sequence[Fault] = (), largest_page: int = 1000) -> Iterator[Platform]:
    """Serve the rows, in their order and whatever interval is asked for, with these faults."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    platform = Platform(
        server.server_address[1], "sanling", secrets.token_hex(8), rows, list(faults), largest_page
    )
    server.platform = platform  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def platform(self) -> Platform:
        return self.server.platform  # type: ignore[attr-defined, no-any-return]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        given = (form.get("client_id", [""])[0], form.get("client_secret", [""])[0])
        if self.path != "/oauth/token" or given != (self.platform.client, self.platform.secret):
            return self._json({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe(16)
        self.platform.tokens.add(token)
        return self._json({"access_token": token, "token_type": "Bearer", "expires_in": 600})

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path != "/api/v1/petitions":
            return self._json(_envelope(404, "not found"), 404)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.platform.tokens:
            return self._json(_envelope(401, "令牌无效或已过期"), 401)
        self.platform.asked.append(query)
        page, size = int(query.get("page", 1)), int(query.get("size", 100))
        if page < 1 or not 1 <= size <= self.platform.largest_page:
            return self._json(_envelope(400, "参数错误"), 400)
        fault = self.platform.next_fault(page)
        if fault is None:
            return self._json(self._page(page, size))
        return self._strike(fault, page, size)

    def _page(self, page: int, size: int) -> dict[str, object]:
        rows = [dict(row) for row in self.platform.rows[(page - 1) * size : page * size]]
        data = {"total": len(self.platform.rows), "page": page, "size": size, "rows": rows}
        return _envelope(200, "success", data)

    def _strike(self, fault: Fault, page: int, size: int) -> None:
        good = self._page(page, size)
        data: dict = good["data"]  # type: ignore[assignment, type-arg]
        rows: list[dict[str, object]] = data["rows"]
        body = json.dumps(good, ensure_ascii=False).encode()
        match fault.kind:
            case "busy":
                self._json(_envelope(429, "请求过于频繁"), 429, {"Retry-After": f"{fault.retry_after:g}"})
            case "busy_date":
                past = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
                self._json(_envelope(429, "请求过于频繁"), 429, past)
            case "broken":
                self._json(_envelope(500, "系统繁忙"), 500)
            case "gateway":
                self._send(b"<html>502 Bad Gateway</html>", 502, {"Content-Type": "text/html"})
            case "html":
                self._send("<html>请登录</html>".encode(), 200, {"Content-Type": "text/html"})
            case "cut":
                self._send(body, 200, {"Content-Type": "application/json"}, sent=len(body) // 2)
            case "truncated":
                self._send(body[: len(body) // 2], 200, {"Content-Type": "application/json"})
            case "refused":
                self._json(_envelope(500, "系统繁忙"))
            case "hang_up":
                self.close_connection = True
            case "expired":
                self.platform.tokens.clear()
                self._json(_envelope(401, "令牌无效或已过期"), 401)
            case "schema":
                data["rows"] = [{_renamed(name, fault.column): row[name] for name in row} for row in rows]
                self._json(good)
            case "column_missing":
                data["rows"] = [{name: row[name] for name in row if name != fault.column} for row in rows]
                self._json(good)
            case "duplicate_page":
                self._json(self._page(max(page - 1, 1), size))
            case "lost_row":
                data["rows"] = rows[:-1]
                self._json(good)
            case "total_changed":
                data["total"] += 1
                self._json(good)

    def _json(self, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self._send(body, status, {"Content-Type": "application/json", **(headers or {})})

    def _send(self, body: bytes, status: int, headers: Mapping[str, str], sent: int | None = None) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        if sent is not None:
            self.close_connection = True


def _envelope(code: int, message: str, data: object = None) -> dict[str, object]:
    return {"code": code, "msg": message, "data": data}


def _renamed(name: str, column: str | None) -> str:
    return f"{name}_NEW" if name == column else name
