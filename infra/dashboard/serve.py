"""Run the page on the loopback: `python -m infra.dashboard.serve PORT`. A city puts a proxy before it."""

import sys

import uvicorn

from infra.dashboard.app import create_app

HOST = "127.0.0.1"


def main() -> None:
    """Serve until stopped. No access log: addresses name units and events, and PostgreSQL logs who reads."""
    uvicorn.run(
        create_app(),
        host=HOST,
        port=int(sys.argv[1]),
        access_log=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
