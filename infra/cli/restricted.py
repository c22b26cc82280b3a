"""The lake's restricted zone for a command: who looks is noted first, what goes wrong is said plainly."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from infra.cli.output import errors

Note = Callable[[str, Iterable[str]], None]


@contextmanager
def restricted_lake(as_of: str | None = None) -> Iterator[tuple[Any, Note]]:
    """A connection to the lake and the function that notes an access, to be called before values are shown.

    `as_of`: business date, the lake as it was published for that day. Ends the command with 1 on what its
    caller can mend. Messages of the engine are redacted: they quote values.
    """
    import duckdb

    from infra.lake import attach_lake, connect
    from infra.nightly.publication import snapshot_of
    from infra.nightly.redact import redact
    from infra.review.access import NotAllowed, note

    con = connect()
    try:
        attach_lake(con, read_only=True, snapshot=snapshot_of(as_of) if as_of else None)
        con.execute("USE lake")
        yield con, note
    except (LookupError, NotAllowed) as error:
        errors.print(str(error.args[0]), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except duckdb.CatalogException:
        errors.print("the lake has no such tables yet: run a night first", style="red")
        raise typer.Exit(1) from None
    except duckdb.Error as error:
        errors.print(f"the lake could not be asked: {redact(str(error))}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        con.close()
