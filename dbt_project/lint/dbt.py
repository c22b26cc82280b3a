"""dbt's own cross-database macros, as sqlfluff needs them."""


def datediff(first: str, second: str, part: str) -> str:
    """Whole parts between two dates."""
    return f"date_diff('{part}', {first}, {second})"
