"""Which version of the modelling built something: a digest of the SQL, the seeds and the shared functions."""

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from infra.lake import FUNCTIONS, WORDS
from infra.nightly.project import PROJECT
from infra.settings import ROOT

FOLDERS = ("models", "macros", "seeds")
FUSION = ROOT / "infra" / "fusion"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """First 16 hex digits of SHA-256 over names and contents of what decides the marts' values."""
    digest = hashlib.sha256(version("dbt-duckdb").encode())
    found = [path for name in FOLDERS for path in sorted((PROJECT / name).rglob("*"))]
    for path in [*filter(Path.is_file, found), *sorted(FUSION.glob("*.py")), FUNCTIONS, WORDS]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
