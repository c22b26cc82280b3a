"""The root of the `sanling` command. A verb's module imports what is slow inside its functions."""

from importlib import import_module
from importlib.util import find_spec

import typer

GROUPS = ("contract", "review", "role", "sandbox", "stack")  # modules with an `app` of several verbs
VERBS = {  # verb -> module that has a function of the same name
    "access": "access",
    "audit": "night",
    "build": "night",
    "changes": "consumers",
    "close": "decide",
    "dashboard": "dashboard",
    "diff": "diff",
    "docs": "docs",
    "explain": "explain",
    "export": "consumers",
    "feeds": "feeds",
    "ledger": "ledger",
    "night": "night",
    "publish": "night",
    "pull": "pull",
    "query": "query",
    "reopen": "decide",
    "returns": "returns",
    "trace": "trace",
    "validate": "pull",
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="Sanling (三零): fuse a city's platforms into marts, every night. Start with `sanling stack up`.",
)
for group in GROUPS:
    if find_spec(f"infra.cli.{group}"):
        app.add_typer(import_module(f"infra.cli.{group}").app, name=group)
for verb, module in VERBS.items():
    if find_spec(f"infra.cli.{module}") and hasattr(import_module(f"infra.cli.{module}"), verb):
        app.command(verb)(getattr(import_module(f"infra.cli.{module}"), verb))


@app.callback()
def root() -> None:
    """Sanling (三零): fuse a city's platforms into marts, every night. Start with `sanling stack up`."""
