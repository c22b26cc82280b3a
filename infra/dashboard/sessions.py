"""Who is signed in. A session lives in this process alone, so passwords are neither written nor sent back."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 1000  # sessions at a time; the one unused for longest makes room
TRIES, PER_SECONDS = 5, 60.0  # wrong passwords that a role name may have before it has to wait


@dataclass
class Session:
    """One signed-in role. Its password is left out of `repr`, so that no traceback shows it."""

    role: str
    password: str = field(repr=False)
    begun: float
    used: float


@dataclass
class Sessions:
    """The sessions by the token that the browser's cookie holds; `clock` counts seconds."""

    idle_seconds: float
    longest_seconds: float
    clock: Callable[[], float] = time.monotonic
    _open: dict[str, Session] = field(default_factory=dict, repr=False)
    _failures: dict[str, list[float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, role: str, password: str) -> str:
        """Open a session and return its token, which is new at every sign-in."""
        token, now = secrets.token_urlsafe(32), self.clock()
        with self._lock:
            self._failures.pop(role, None)
            self._forget_old(now)
            if len(self._open) >= MOST:
                del self._open[min(self._open, key=lambda each: self._open[each].used)]
            self._open[token] = Session(role, password, now, now)
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of a token, unless it has ended."""
        now = self.clock()
        with self._lock:
            self._forget_old(now)
            session = self._open.get(token or "")
            if session:
                session.used = now
            return session

    def end(self, token: str | None) -> None:
        """Close a session; nothing to do if there is none."""
        with self._lock:
            self._open.pop(token or "", None)

    def failed(self, role: str) -> None:
        """Remember a wrong password."""
        with self._lock:
            self._failures.setdefault(role, []).append(self.clock())

    def must_wait(self, role: str) -> bool:
        """Whether a role name has had too many wrong passwords within the last minute."""
        since = self.clock() - PER_SECONDS
        with self._lock:
            recent = {name: [at for at in times if at > since] for name, times in self._failures.items()}
            self._failures = {name: times for name, times in recent.items() if times}
            return len(self._failures.get(role, ())) >= TRIES

    def _forget_old(self, now: float) -> None:
        self._open = {
            token: each
            for token, each in self._open.items()
            if now - each.used < self.idle_seconds and now - each.begun < self.longest_seconds
        }
