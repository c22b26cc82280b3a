"""How well the petition platform behaves: its rate limit, its tokens' life, its occasional faults.

Faults depend on the seed, the request and how often it came, so a run can be repeated. The file
`behaviour.json` in the platform's folder changes all of it while the server runs.
"""

import hashlib
from collections import Counter
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from infra.sandbox.platforms import applied


class Fault(StrEnum):
    """What goes wrong with a request."""

    busy = "busy"  # 429 with Retry-After, although the limit was kept
    broken = "broken"  # 500
    cut = "cut"  # the line drops in the middle of the body


class Behaviour(BaseModel):
    """The platform's manners; the defaults are those of an ordinary office."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    fault_rate: float = Field(default=0.04, ge=0, le=1)  # share of requests that meet a fault
    rate_per_second: int = Field(default=50, ge=0)  # requests of one client; 0 = no limit
    token_seconds: int = Field(default=600, gt=0)
    latency_ms: int = Field(default=0, ge=0)

    def fault(self, request: str, attempt: int) -> Fault | None:
        """The fault that this attempt at this request meets, or None."""
        digest = hashlib.blake2b(f"{self.seed}|{request}|{attempt}".encode(), digest_size=8).digest()
        if int.from_bytes(digest[:7]) / 2**56 >= self.fault_rate:
            return None
        return list(Fault)[digest[7] % len(Fault)]


class Manners:
    """The behaviour in force, read again when its file changes, and the counts that it needs."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seen: tuple[int, int] | None = None
        self._behaviour = Behaviour()
        self._attempts: Counter[str] = Counter()
        self._second: Counter[tuple[str, int]] = Counter()

    def now(self) -> Behaviour:
        """What holds at this moment. Raises ValidationError when the file was edited wrongly."""
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            self._behaviour, self._seen = Behaviour(), None
            return self._behaviour
        if (stat.st_ino, stat.st_mtime_ns) != self._seen:
            self._behaviour = Behaviour.model_validate_json(self.file.read_bytes())
            self._seen = (stat.st_ino, stat.st_mtime_ns)
            self._attempts.clear()
        return self._behaviour

    def fault(self, request: str) -> Fault | None:
        """The fault for the next attempt at this request."""
        behaviour = self.now()
        self._attempts[request] += 1
        return behaviour.fault(request, self._attempts[request])

    def is_over_limit(self, client: str, clock: float) -> bool:
        """Whether this request of the client is one too many within its second."""
        limit, slot = self.now().rate_per_second, (client, int(clock))
        self._second = Counter({key: n for key, n in self._second.items() if key[1] == slot[1]})
        self._second[slot] += 1
        return 0 < limit < self._second[slot]


def file() -> Path:
    """Where the behaviour in force stands."""
    return applied.home("petition") / "behaviour.json"


def write(behaviour: Behaviour) -> Path:
    """Put a behaviour in force; the running server takes it up with the next request."""
    applied.replace(file(), behaviour.model_dump_json(indent=2).encode())
    return file()
