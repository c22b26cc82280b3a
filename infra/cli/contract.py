"""`sanling contract check|diff|generate|new`: the files that describe the feeds."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.output import Format, FormatOption, console, errors, show
from infra.settings import CONTRACTS, ROOT

if TYPE_CHECKING:
    from ingest.contract import Contract

app = typer.Typer(no_args_is_help=True, help="Check, compare and draft the contracts of feeds.")
SUFFIX = ".odcs.yaml"


@app.command()
def check(
    only: Annotated[list[str] | None, typer.Argument(help="feeds or files; all contracts by default")] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Check contracts: the ODCS 3.1 schema, Sanling's own needs and limits, and that rules, code lists
    and the feeds that are referred to exist.

    Ends with 1 when a contract is broken.

    Examples:

      sanling contract check

      sanling contract check police.case drafts/police.case.odcs.yaml --format json
    """
    paths = [_path(name) for name in only] if only else sorted(CONTRACTS.glob(f"*{SUFFIX}"))
    rows = [_checked(path) for path in paths]
    problems = {row["contract"]: row["problems"] for row in rows if row["problems"]}
    if fmt is not Format.json:
        rows = [{**row, "problems": len(row["problems"])} for row in rows]
    show(rows, "contracts", fmt)
    for name, sentences in problems.items():
        for sentence in sentences:
            errors.print(f"{name}: {sentence}", style="red", markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)


@app.command()
def diff(
    contract: Annotated[str, typer.Argument(help="feed or file")],
    against: Annotated[str, typer.Option(help="git revision, or another file")] = "HEAD",
    fmt: FormatOption = Format.table,
) -> None:
    """Compare two versions of a contract and say what breaks consumers, sources or records.

    Ends with 1 when the version number does not tell of the changes: a breaking one raises its first part.

    Examples:

      sanling contract diff police.incident

      sanling contract diff police.incident --against v1.2.0

      sanling contract diff new.odcs.yaml --against old.odcs.yaml --format json
    """
    from ingest.contract_diff import compare, is_version_enough, wanted_version

    path = _path(contract)
    new = _parse(path.read_text(encoding="utf-8"), path.name)
    old = _parse(_earlier(path, against), f"{path.name} ({against})")
    changes = compare(old, new)
    rows = [
        {"where": c.where, "change": c.what, "breaking": c.is_breaking, "reason": c.reason} for c in changes
    ]
    show(rows, f"{new.feed}: {old.version} → {new.version}", fmt)
    if not is_version_enough(old, new, changes):
        errors.print(f"version is {new.version}, must be at least {wanted_version(old, changes)}")
        raise typer.Exit(1)


@app.command()
def generate() -> None:
    """Write what follows from the contracts alone: base models, their descriptions, the list of feeds.

    Example:

      sanling contract generate
    """
    from infra import generate as generator
    from ingest.contract import ContractBroken

    try:
        files = generator.render()
    except ContractBroken as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    written = generator.write(files)
    for path in written:
        console.print(f"wrote {path.relative_to(ROOT)}", markup=False)
    if not written:
        console.print("nothing to do: the generated files are what the contracts say")


@app.command()
def new(
    sample: Annotated[
        str, typer.Argument(help="file, postgresql://connection/schema.table, or http(s) address")
    ],
    feed: Annotated[str, typer.Option(help="<platform>.<feed> in snake_case")],
    output: Annotated[
        Path | None, typer.Option(help="where to write; by default among the contracts, - prints it")
    ] = None,
) -> None:
    """Draft a contract by looking at a sample. A person must go over names, classification and rules.

    Examples:

      sanling contract new cases.xlsx --feed police.case

      sanling contract new postgresql://police/public.icc_t_pjdb --feed police.dispatch --output -
    """
    from infra.settings import SettingsMissing
    from ingest.connectors import SourceError, SourceUnavailable
    from ingest.draft import draft

    try:
        text = draft(sample, feed)
    except (SourceError, SourceUnavailable, SettingsMissing, ValueError, OSError) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if output is not None and str(output) == "-":
        typer.echo(text, nl=False)
        return
    path = output or CONTRACTS / f"{feed}{SUFFIX}"
    if path.exists():
        errors.print(f"{path} exists: name another with --output", markup=False)
        raise typer.Exit(1)
    path.write_text(text, encoding="utf-8")
    console.print(f"wrote {path}; go over it, then run `sanling contract check {feed}`", markup=False)


def _path(name: str) -> Path:
    path = Path(name) if name.endswith((".yaml", ".yml")) else CONTRACTS / f"{name}{SUFFIX}"
    if not path.is_file():
        errors.print(f"there is no contract {name}", markup=False)
        raise typer.Exit(2)
    return path


def _parse(text: str, source: str) -> "Contract":
    from ingest.contract import ContractBroken, parse

    try:
        return parse(text, source)
    except ContractBroken as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _earlier(path: Path, against: str) -> str:
    """The other version's text: a file if there is one of that name, else the same file at a revision."""
    if Path(against).is_file():
        return Path(against).read_text(encoding="utf-8")
    inside = path.resolve().relative_to(ROOT) if path.resolve().is_relative_to(ROOT) else path
    shown = subprocess.run(
        ["git", "-C", str(ROOT), "show", f"{against}:{inside.as_posix()}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode:
        errors.print(f"neither a file nor a git revision with {inside}: {against}", markup=False)
        raise typer.Exit(2)
    return shown.stdout


def _checked(path: Path) -> dict[str, Any]:
    """One row of `check`."""
    from infra import contract_links
    from ingest.contract import ContractBroken, parse

    row: dict[str, Any] = {
        "contract": path.name.removesuffix(SUFFIX),
        **dict.fromkeys(("version", "transport", "properties", "rules")),
        "problems": [],
    }
    text = path.read_text(encoding="utf-8")
    try:
        contract = parse(text, path.name)
        row |= {"version": contract.version, "transport": contract.server.type}
        row["properties"] = len(contract.properties)
        row["rules"] = _rules(contract)
        row["problems"] = contract_links.problems(contract)
    except ContractBroken as error:
        row["problems"] = error.problems
    left = [number for number, line in enumerate(text.splitlines(), 1) if "TODO" in line]
    if left:
        lines = ", ".join(map(str, left))
        row["problems"] = [*row["problems"], f"a draft's TODO is left in line {lines}: fill it in"]
    return row


def _rules(contract: "Contract") -> int:
    """How many rules hold a batch that has every column; ContractBroken names one that is not known."""
    from expectations.suites import batch_rules, row_rules
    from ingest.landing import Receipt

    moment = contract.sla.history_start.isoformat() + "T00:00:00+08:00"
    whole = Receipt(
        batch_id="",
        feed=contract.feed,
        platform=contract.platform,
        interval_start=moment,
        interval_end=moment,
        business_date="",
        attempt="",
        contract_version=contract.version,
        outcome="complete",
        rows=0,
        bytes=0,
        sha256=None,
        object=None,
        pulled_at=moment,
        seconds=0.0,
        columns=[p.physical for p in contract.properties],
    )
    return len(batch_rules(contract, whole)) + len(row_rules(contract, whole))
