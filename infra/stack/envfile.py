"""`NAME=value` files of the state folder: mode 600, replaced whole, so that no reader sees half a file."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import NamedTemporaryFile


def read(path: Path) -> dict[str, str]:
    """The names and values of one file, in its order; empty where there is no file."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if not name.lstrip().startswith("#")}


def update(path: Path, values: Mapping[str, str]) -> None:
    """Set some names of one file; what else is in it stays, comments included."""
    with locked(path):
        _update(path, values)


def remember(path: Path, name: str, make: Callable[[Mapping[str, str]], str]) -> str:
    """The value of a name; where it has none yet, the one that `make` gives, seeing all the others."""
    with locked(path):
        known = read(path)
        if name not in known:
            known[name] = make(known)
            _update(path, {name: known[name]})
        return known[name]


def _update(path: Path, values: Mapping[str, str]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() not in values]
    replace(path, "\n".join([*kept, *(f"{name}={value}" for name, value in values.items())]) + "\n")


def replace(path: Path, text: str) -> None:
    """Write a file that only its owner may read, through a rename."""
    with NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
    ) as new:
        new.write(text)  # mkstemp has made it mode 600
    Path(new.name).replace(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from changing what `path` names; the lock ends with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.parent / f".{path.name}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)
