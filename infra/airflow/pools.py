"""Pools: how many tasks may use a thing at once. They follow from the contracts."""

from ingest.contract import load_all

PULLS_OF_A_PLATFORM = 1  # so that no source is hammered
VALIDATIONS = 2  # each may use SANLING_MEMORY_LIMIT
WRITERS = 1  # of the lake


def pools() -> dict[str, tuple[int, str]]:
    """Name -> (slots, what it is for) of every pool that a DAG names."""
    platforms = sorted({contract.platform for contract in load_all()})
    return {
        **{f"platform_{name}": (PULLS_OF_A_PLATFORM, f"pulls from platform {name}") for name in platforms},
        "validation": (VALIDATIONS, "validations, each with its own memory"),
        "lake_writer": (WRITERS, "steps that write the lake, one after another"),
    }
