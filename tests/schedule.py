"""How tests are shared out: by file, but for folders whose files share a set-up of minutes."""

from xdist.scheduler import LoadScopeScheduling

WHOLE = ("tests/dbt/", "tests/end_to_end/")  # folders that one process takes


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Which tests stay together. Marks of xdist's own `loadgroup` do not reach pytest 9."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in WHOLE if file.startswith(folder)), file)
