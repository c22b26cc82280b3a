"""Airflow around the night: its database and pools, a run without a scheduler, a run through a live one."""
