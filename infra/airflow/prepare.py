"""`python -m infra.airflow.prepare`: metadata database and pools. Needs Airflow's environment."""

from typing import Any

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


def registered_dags() -> dict[str, Any]:
    """All DAGs by id, known to the metadata database: processes that run them need not write them at once.

    Raises RuntimeError where a DAG file cannot be read.
    """
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.utils.session import create_session

    manager = DagBundlesManager()
    with create_session() as session:
        manager.sync_bundles_to_db(session=session)
    found: dict[str, Any] = {}
    for bundle in manager.get_all_dag_bundles():
        bundle.initialize()
        bag = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        if bag.import_errors:
            raise RuntimeError(f"DAG files cannot be read: {bag.import_errors}")
        sync_bag_to_db(bag, bundle.name, bundle.version)
        found.update(bag.dags)
    return found


if __name__ == "__main__":
    main()
