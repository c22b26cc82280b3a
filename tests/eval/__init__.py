"""How good the linkage is, against what the sandbox knows: `python -m tests.eval`, `make eval`."""
