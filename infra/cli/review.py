"""`sanling review list|show|decide|export|import`: pairs of records that people decide about."""

from datetime import datetime
from enum import StrEnum
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from infra.cli.output import Format, FormatOption, console, errors, show
from infra.cli.restricted import restricted_lake

if TYPE_CHECKING:
    from infra.review.decisions import Decision

app = typer.Typer(
    no_args_is_help=True,
    help="Decide which records are one person, event, organisation or place. For the restricted zone: it "
    "shows personal values, runs with the writer's credential only, and notes who looked at which records.",
)


class Queue(StrEnum):
    """Kinds of pairs that wait for people."""

    person = "person"
    event = "event"
    organisation = "organisation"
    place = "place"


Left = Annotated[str, typer.Argument(help="key of one record, as `sanling review list` shows it")]
Right = Annotated[str, typer.Argument(help="key of the other")]


@app.command("list")
def list_(
    kind: Annotated[Queue, typer.Argument(help="person, event, organisation or place")],
    reason: Annotated[str | None, typer.Option(help="one reason only, e.g. below_threshold")] = None,
    limit: Annotated[int, typer.Option(min=1, help="show no more pairs than this")] = 50,
    fmt: FormatOption = Format.table,
) -> None:
    """List the pairs that wait for somebody, by reason and weight; what was decided is not asked again.

    The queue is about pairs of records: it cannot be ordered or filtered by person or by petition. Which keys
    were listed is noted.

    Examples:

      sanling review list event

      sanling review list person --reason two_valid_numbers --limit 10 --format csv
    """
    from infra.review import queue
    from infra.review.kinds import KINDS

    with restricted_lake() as (con, note):
        found = queue.waiting(con, KINDS[kind.value], reason, limit)
        note("review list", [key for row in found for key in (row["left_key"], row["right_key"])])
    show(found, f"{kind.value}: pairs to decide", fmt)


@app.command("show")
def show_(
    left: Left,
    right: Right,
    html: Annotated[
        Path | None, typer.Option(help="also draw the bits as a waterfall into this file, without values")
    ] = None,
    fmt: FormatOption = Format.table,
) -> None:
    """Show two records side by side, and what each comparison of the model says of them, in bits.

    It shows personal values: the look is noted (account, time, keys), and no log holds the values.

    Examples:

      sanling review show <left> <right> --html waterfall.html

      sanling review show police.incident:41010220260001 petition.petition:XF2026100001

      sanling review show "police.incident:4101…#caller" "police.resident:77#resident" --format json
    """
    from infra.review import explain, kinds, waterfall
    from infra.review.compare import compare

    with restricted_lake() as (con, note):
        kind = kinds.of_records(con, [left, right])
        note("review show", [left, right])
        one, other = explain.values(con, kind, [left, right])
        told = compare(con, kind, [(left, right)])[left, right]
        decided = [
            row
            for row in explain.decisions(con, kind, [left])
            if {row["left_key"], row["right_key"]} == {left, right}
        ]
    if html:
        waterfall.write([told], html)
        errors.print(f"drawn: {html}", highlight=False, markup=False)
    beside = [{"column": name, "left": one[name], "right": other[name]} for name in one]
    said = [vars(each) for each in told.said]
    if fmt is Format.json:
        show(
            [{"records": beside, "rule": told.rule, "bits": told.bits, "said": said, "decisions": decided}],
            "",
            fmt,
        )
        return
    show(beside, f"two records of kind {kind.name}", fmt)
    show(said, f"{told.bits:+.1f} bits; rule: {told.rule or 'none'}", fmt)
    if decided:
        show(decided, "decided before", fmt)


@app.command()
def decide(
    left: Left,
    right: Right,
    why: Annotated[str, typer.Option("--why", help="the reason; ID and phone numbers in it are masked")],
    unit: Annotated[str, typer.Option("--as", help="unit or role that decides, no person's name")],
    same: Annotated[bool, typer.Option("--same", help="one person, event, organisation or place")] = False,
    different: Annotated[bool, typer.Option("--different", help="two")] = False,
    unsure: Annotated[
        bool, typer.Option("--unsure", help="nobody can tell: leave it to the weights")
    ] = False,
) -> None:
    """Decide about two records, for good: every later night obeys, whatever its weights say.

    Of one pair the newest decision counts; `--unsure` takes an earlier one back. A decision that contradicts
    others is refused.

    Examples:

      sanling review decide <left> <right> --same --why "同一路口，同一车辆" --as "市委政法委 研判岗"

      sanling review decide <left> <right> --different --why "父子同住" --as "市数据局 数据质量岗"
    """
    from infra.review import decisions, kinds
    from ingest.interval import SHANGHAI

    chosen = [word for word, is_on in zip(decisions.WORDS, (same, different, unsure), strict=True) if is_on]
    if len(chosen) != 1:
        errors.print("say one of --same, --different, --unsure")
        raise typer.Exit(2)
    if not why.strip() or not unit.strip():
        errors.print("say why, and as which unit or role")
        raise typer.Exit(2)
    with restricted_lake() as (con, note):
        kind = kinds.of_records(con, [left, right])
        note("review decide", [left, right])
    by = f"{unit.strip()} / {getuser()}"
    _write([decisions.Decision(kind.name, left, right, chosen[0], by, datetime.now(SHANGHAI), why)])
    console.print(f"noted: {chosen[0]}; the next night obeys", highlight=False, markup=False)


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="file to write; standard output by default")] = None,
) -> None:
    """Write all decisions ever taken as JSON lines, oldest first. It holds keys and reasons, no values.

    Examples:

      sanling review export decisions.jsonl
    """
    from infra.review import decision_lines, decisions

    with restricted_lake() as (con, note):
        found = decisions.standing(con)
        note("review export", [key for each in found for key in (each.left_key, each.right_key)])
    text = "".join(f"{line}\n" for line in decision_lines.lines(found))
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="JSON lines as `sanling review export` writes them")],
) -> None:
    """Take up decisions from JSON lines, all or none; those that are there already are passed over.

    Every faulty line is named with its number: not JSON, a field too many or too few, records that the lake
    does not hold, decisions that contradict each other or those taken before.

    Examples:

      sanling review import decisions.jsonl
    """
    from infra.review import decision_lines
    from ingest.interval import SHANGHAI

    good, bad = decision_lines.parse(file.read_text(encoding="utf-8"), datetime.now(SHANGHAI))
    if bad:
        _refuse([(number, f"{file.name}:{number}: {fault}") for number, fault in bad])
    places = [f"{file.name}:{number}: " for number, _ in good]
    with restricted_lake() as (_, note):
        note("review import", [key for _, each in good for key in (each.left_key, each.right_key)])
    count = _write([each for _, each in good], places)
    console.print(f"{count} new of {len(good)} decisions; the next night obeys", highlight=False)


def _write(given: "list[Decision]", places: list[str] | None = None) -> int:
    from infra.nightly.locks import LakeBusy
    from infra.review import decisions

    try:
        return decisions.add(given)
    except decisions.NotDecided as error:
        _refuse([(at, f"{places[at] if places else ''}{said}") for at, said in error.problems])
    except LakeBusy as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _refuse(problems: "list[tuple[int, str]]") -> NoReturn:
    for _, said in problems:
        errors.print(said, style="red", markup=False, soft_wrap=True)
    errors.print("nothing was written")
    raise typer.Exit(1) from None
