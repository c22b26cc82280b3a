"""dbt's own cross-database macros, as sqlfluff needs them."""


def datediff(first: str, second: str, part: str) -> str:
    """Whole parts between two dates."""
    return f"date_diff('{part}', {first}, {second})"


def dateadd(datepart: str, interval: str, from_date_or_timestamp: str) -> str:
    """A date moved by some parts."""
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"
