"""A generated city and what its platforms would deliver of it: `generate`, `advance`, `describe`.

The outbox holds, for each feed and day, the rows that the platform writes that day; the truth stands beside.
"""

from infra.sandbox.generator import advance, describe, generate
from infra.sandbox.parameters import Params

__all__ = ["Params", "advance", "describe", "generate"]
