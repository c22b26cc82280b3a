"""From values to HTML: Jinja with escaping on, and how numbers, dates and codes are written."""

import hashlib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from infra import templates
from infra.dashboard import charts, divisions, words
from infra.dashboard.view import View

FOLDER = Path(__file__).parent
TEMPLATES, STATIC = FOLDER / "templates", FOLDER / "static"


def page(template: str, view: View, values: dict[str, Any]) -> str:
    """A page of a signed-in role."""
    shared = {"view": view, "language": view.language, "path": view.path, "t": words.table()[view.language]}
    return environment().get_template(template).render(**shared, **values)


def plain(template: str, language: str, path: str, values: dict[str, Any]) -> str:
    """A page without figures: the form of signing in, a message."""
    shared = {"view": None, "language": language, "path": path, "t": words.table()[language]}
    return environment().get_template(template).render(**shared, **values)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates with their filters."""
    made = templates.environment(TEMPLATES)
    made.filters |= {"number": number, "percent": percent, "day": day, "moment": moment, "month": month}
    made.globals |= {
        "value": value, "charts": charts, "divisions": divisions, "languages": words.LANGUAGES,
        "style": "/static/style.css?" + hashlib.sha256((STATIC / "style.css").read_bytes()).hexdigest()[:12],
    }  # fmt: skip
    return made


def value(name: str, what: Any) -> str:
    """A figure of an indicator, by what its column's name says it is."""
    if name.endswith("_rate"):
        return percent(what)
    return number(what)


def number(what: float | None) -> str:
    """A count with separators, a measure with one decimal, a dash for what is not known."""
    if what is None:
        return "–"
    return f"{what:,}" if isinstance(what, int) else f"{what:,.1f}"


def percent(what: float | None) -> str:
    """A share with one decimal."""
    if what is None:
        return "–"
    if 0.9995 <= what < 1:
        return ">99.9%"  # what is not whole is not shown as whole
    return "<0.1%" if 0 < what < 0.0005 else f"{what:.1%}"


def day(what: date | None) -> str:
    """A date."""
    return "–" if what is None else what.isoformat()[:10]


def moment(what: datetime | None, precision: str = "exact") -> str:
    """A moment in Shanghai to the minute, or to the day where nothing more is known."""
    if what is None:
        return "–"
    form = "%Y-%m-%d" if precision == "day" else "%Y-%m-%d %H:%M"
    return what.astimezone(divisions.ZONE).strftime(form)


def month(what: date) -> str:
    """A month."""
    return what.strftime("%Y-%m")
