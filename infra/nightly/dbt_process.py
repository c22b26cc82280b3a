"""`python -m infra.nightly.dbt_process <arguments>`: dbt in a process of its own, which frees its memory.

It holds the right to write the lake itself, so that the right is never free while it still writes, and it
dies with its parent: the parent keeps our standard input open and never writes to it.
"""

import os
import sys
import threading

from infra.nightly.locks import lake_writer


def main(arguments: list[str]) -> int:
    """Run dbt under the writer's lock; 0 success, 1 a node failed, 2 dbt itself could not run."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    from dbt.cli.main import dbtRunner

    with lake_writer():
        result = dbtRunner().invoke(arguments)
    if result.exception is not None:
        print(f"dbt could not run: {result.exception}", file=sys.stderr, flush=True)
        return 2
    return 0 if result.success else 1


def _die_with_parent() -> None:
    os.read(0, 1)  # ends when the parent does; unbuffered, since Python aborts over a buffer held at its exit
    os._exit(137)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
