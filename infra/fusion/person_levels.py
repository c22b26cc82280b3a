"""How two profiles of persons are compared: the levels of each comparison, strongest first.

Conditions are SQL over the relations `l` and `r`, in the part that DuckDB and Spark share. An ID number and a
date of birth are one comparison, since the date is inside the number and would count twice. DuckDB's string
distances count UTF-8 bytes, so characters of names are compared position by position.
"""

from dataclasses import dataclass

ELSE = "ELSE"
LONGEST = 16  # characters of a name that are compared


@dataclass(frozen=True)
class Level:
    """One degree of agreement: its chance within one person (m) and among strangers (u).

    m and u stand here for levels that samples are too small to tell: a u given counts before a sampled one,
    an m given only where training found none.
    """

    label: str
    condition: str
    is_null: bool = False
    m: float | None = None
    u: float | None = None


def _one_character_off() -> str:
    """Names of three or more characters, equally long, of which one differs."""
    one = "case when substr(l.name, {p}, 1) <> substr(r.name, {p}, 1) then 1 else 0 end"
    off = " + ".join(one.format(p=place) for place in range(1, LONGEST + 1))
    return f"length(l.name) >= 3 and length(l.name) = length(r.name) and ({off}) = 1"


def _fuzzy(side: str) -> str:
    """A reading without what dialects do not tell apart: zh/z, ng/n, l/n, h/f."""
    sound = f"{side}.name_sound"
    for pattern, plain in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f")):
        sound = f"replace({sound}, '{pattern}', '{plain}')"
    return sound


MASKED = "(l.is_masked or r.is_masked)"
SURNAME = "substr(l.name, 1, 1) = substr(r.name, 1, 1)"
ID_LEFT, ID_RIGHT = "coalesce(l.id_no, l.id_text)", "coalesce(r.id_no, r.id_text)"


def _masks_agree() -> str:
    """Two numbers that are equal wherever neither shows a star."""
    pair = [(f"substr({ID_LEFT}, {place}, 1)", f"substr({ID_RIGHT}, {place}, 1)") for place in range(1, 19)]
    places = (f"({one} in ('*', {other}) or {other} = '*')" for one, other in pair)
    return f"length({ID_LEFT}) = 18 and length({ID_RIGHT}) = 18 and {' and '.join(places)}"


LEVELS: dict[str, tuple[Level, ...]] = {
    "name": (
        Level("none", "l.name is null or r.name is null", is_null=True),
        Level("masked, same surname", f"{MASKED} and {SURNAME}", m=0.1),
        Level("masked, other surname", MASKED, m=0.001),
        Level("same", "l.name = r.name"),
        Level("same sound", "l.name_sound = r.name_sound"),
        Level("one character off", _one_character_off(), m=0.01, u=0.0003),
        Level("similar sound", f"{_fuzzy('l')} = {_fuzzy('r')}", m=0.002, u=0.0001),
        Level("same surname", SURNAME, m=0.002),
        Level("other", ELSE, m=0.005),
    ),
    "id_and_birth": (
        Level("same number", "l.id_no = r.id_no", u=0.00002),
        Level("two valid numbers", "l.id_no <> r.id_no", m=0.004),
        Level("slip of two", f"levenshtein({ID_LEFT}, {ID_RIGHT}) <= 2", m=0.01, u=0.000002),
        Level("agree but for stars", _masks_agree(), m=0.01, u=0.00001),
        Level("same birth date", "l.birth_date = r.birth_date", m=0.01, u=0.00005),
        Level("none", "l.birth_date is null or r.birth_date is null", is_null=True),
        Level("other", ELSE, m=0.01),
    ),
    "phone": (
        Level("none", "l.phone is null or r.phone is null", is_null=True),
        Level("same", "l.phone = r.phone"),
        Level(
            "one digit off", "length(l.phone) = 11 and levenshtein(l.phone, r.phone) = 1", m=0.005, u=0.000002
        ),
        Level("other", ELSE),
    ),
    "home": (
        Level("same door", "l.home_site = r.home_site and l.home_unit = r.home_unit"),
        # an estate has a name and a number in its road; which is written differs
        Level("same unit of a house", "l.home_unit = r.home_unit", m=0.2, u=0.001),
        Level("none", "l.home_site is null or r.home_site is null", is_null=True),
        Level("same site", "l.home_site = r.home_site", m=0.2),
        Level("other", ELSE),
    ),
    "sex": (
        Level("none", "l.sex is null or r.sex is null", is_null=True),
        Level("same", "l.sex = r.sex"),
        Level("other", ELSE, m=0.01),
    ),
}
