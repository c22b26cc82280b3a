"""Write the pages into the state folder: an overview, one page a department, one a feed, in two languages.

They need no server and no net: one file each, no script, no font, no picture from anywhere.
"""

import shutil
from pathlib import Path
from typing import Any

from infra import templates
from infra.pages import figures, words
from infra.settings import STATE
from ingest.contract import Contract, load_all

FOLDER = STATE / "pages"
TEMPLATES = Path(__file__).parent / "templates"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write all pages from contracts and published marts, and remove pages of feeds that are gone.

    Raises NothingPublished. A new folder takes the old one's place, so that a reader never sees half of it.
    """
    found, contracts = figures.read(), load_all()
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o755)
    for name, text in render(found, contracts).items():
        (fresh / name).write_text(text, encoding="utf-8")
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    fresh.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    return sorted(folder.iterdir())


def render(found: figures.Figures, contracts: list[Contract]) -> dict[str, str]:
    """File name -> page."""
    environment = templates.environment(TEMPLATES)
    environment.filters |= {"percent": _percent, "number": _number}
    pages: dict[str, str] = {}
    for language, said in words.LANGUAGES.items():
        shared = {"t": said, "language": language, "as_of": found.as_of, "words": words}
        views = [_view(contract, found) for contract in contracts]
        platforms = sorted({view["contract"].platform for view in views})
        of = {p: [view for view in views if view["contract"].platform == p] for p in platforms}
        for stem, template, values in [
            ("index", "index.html.j2", {"departments": of}),
            *((p, "department.html.j2", {"platform": p, "views": of[p]}) for p in platforms),
            *((view["contract"].feed, "feed.html.j2", {"view": view}) for view in views),
        ]:
            name = file_name(stem, language)
            other = {file_name(stem, code): label for code, label in words.SWITCH.items() if code != language}
            pages[name] = environment.get_template(template).render(
                **shared, **values, other=other, link=lambda to, code=language: file_name(to, code)
            )
    return pages


def file_name(stem: str, language: str) -> str:
    """Chinese is the default and has no suffix."""
    return f"{stem}.html" if language == words.DEFAULT else f"{stem}.{language}.html"


def _view(contract: Contract, found: figures.Figures) -> dict[str, Any]:
    """What the pages say of one feed."""
    returns = found.of("returns", contract.feed)
    return {
        "contract": contract,
        "labels": {p.name: p.label_zh for p in contract.properties},
        "freshness": next(iter(found.of("freshness", contract.feed)), None),
        "ledger": found.of("ledger", contract.feed),
        "quality": {row["dimension"]: row for row in found.of("quality", contract.feed)},
        "returns": returns,
        **{name: sum(row[name] for row in returns) for name in ("open", "overdue", "closed")},
    }


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
