"""`python -m infra.airflow.prepare`: metadata database and pools. Needs Airflow's environment."""

from infra.airflow.pools import pools
from infra.stack.airflow import HOME

MARK = HOME / "prepared-for"  # version of Airflow whose schema the database has: saves seconds of checking


def main() -> None:
    """Create the metadata database, or upgrade it, and bring the pools to what the contracts ask for."""
    from airflow import __version__, settings
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb, upgradedb
    from sqlalchemy import inspect

    if not inspect(settings.engine).has_table("dag_run"):
        initdb()
    elif not MARK.exists() or MARK.read_text(encoding="ascii") != __version__:
        upgradedb()
    MARK.write_text(__version__, encoding="ascii")
    for name, (slots, description) in pools().items():
        Pool.create_or_update_pool(name, slots=slots, description=description, include_deferred=False)


if __name__ == "__main__":
    main()
