"""What dbt calls `adapter`, for sqlfluff, which renders models without dbt: plausible SQL, no database."""

from collections.abc import Callable

RELATIONS = {
    "read_seed_file": "select code12 from seed_file",
    "read_objects": "select code12 from objects",
    "unnest_text": "unnest(string_split(successor_codes, ';')) as successor (entry)",
}


def dispatch(name: str, *_: object) -> Callable[..., str]:
    """A macro that the dialect decides on: a relation for those that give one, else a value."""
    return lambda *_arguments: RELATIONS.get(name, "coalesce(1, 2)")


def quote(name: str) -> str:
    """A quoted identifier."""
    return f'"{name}"'


def get_columns_in_relation(_relation: object) -> list[object]:
    """Nothing is known without a database."""
    return []
