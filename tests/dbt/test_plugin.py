"""What dbt's cursors share with every other session."""

import os

import pytest

from infra import lake
from infra.dbt_plugin import Plugin
from infra.settings import BUILDERS

WANTED = """
    SELECT
        mojibake('锟斤拷'), clean_text('　ａ '), is_blank('无'), parse_boolean_cn('是'),
        clean_credit_code('９１１１００００６０００３７３４１Ｌ'), pseudonym('x'),
        current_setting('TimeZone'), timezone('Asia/Shanghai', TIMESTAMP '2026-10-01 08:00:00')
"""


@pytest.mark.usefixtures("stack")
def test_a_cursor_has_the_functions_and_settings_of_a_session_of_its_own() -> None:
    wanted = lake.connect().execute(WANTED).fetchall()
    shared = lake.connect()
    plugin = Plugin("plugin", {})
    plugin.configure_connection(shared)
    cursor = shared.cursor()
    plugin.configure_cursor(cursor)
    text = "SELECT function_name, parameters, macro_definition FROM duckdb_functions() WHERE NOT internal"
    read = [row for row in cursor.execute(text).fetchall() if "getvariable('" in (row[2] or "")]
    assert {name for name, *_ in read} == {"_pad"}  # all other variables stand in the functions
    assert cursor.execute(WANTED).fetchall() == wanted
    assert wanted[0][:4] == (True, "a", True, True)
    assert wanted[0][-2] == "Asia/Shanghai"
    cores = len(os.sched_getaffinity(0))
    assert cursor.execute("SELECT current_setting('threads')").fetchone() == (max(1, cores // BUILDERS),)
