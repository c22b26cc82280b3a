"""The `sanling` command: one file a group of verbs, composed here."""

from infra.cli.main import app

__all__ = ["app"]
