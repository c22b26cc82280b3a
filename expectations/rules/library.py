"""All rules by the name that contracts use; importing this imports Great Expectations (three seconds)."""

from expectations.rules import (
    base,
    batch,
    citizen_id,
    code_list,
    coordinates,
    credit_code,
    dependence,
    division,
    grid_code,
    moments,
    numbers,
    person_name,
    phone,
    presence,
    reference,
    text,
)

MODULES = (
    batch,
    citizen_id,
    code_list,
    coordinates,
    credit_code,
    dependence,
    division,
    grid_code,
    moments,
    numbers,
    person_name,
    phone,
    presence,
    reference,
    text,
)
RULES: dict[str, type[base.Rule]] = {
    found.expectation_type: found
    for module in MODULES
    for found in vars(module).values()
    if isinstance(found, type)
    and issubclass(found, base.Rule)
    and found.__module__ == module.__name__
    and found.__name__.startswith("Expect")
}
