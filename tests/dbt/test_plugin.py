"""What dbt's cursors share with every other session."""

import pytest

from infra import lake
from infra.dbt_plugin import Plugin, run_values

VARIABLES = "SELECT name, value, type FROM duckdb_variables() ORDER BY name"


@pytest.mark.usefixtures("stack")
def test_a_cursor_has_the_functions_and_variables_of_a_session_of_its_own() -> None:
    con = lake.connect()
    wanted = con.execute(VARIABLES).fetchall()
    shared = lake.connect()
    plugin = Plugin("plugin", {})
    plugin.configure_connection(shared)
    lake.attach_lake(shared)
    cursor = shared.cursor()
    plugin.configure_cursor(cursor)
    found = cursor.execute(VARIABLES).fetchall()
    assert [row for row in found if row[0] not in {*run_values(), "pending_batches"}] == wanted
    assert cursor.execute("SELECT mojibake('锟斤拷'), clean_text('　ａ ')").fetchall() == [(True, "a")]
