"""What the night finds between feeds goes back to departments as files, beside those of the batches.

Under `returns/<platform>/<feed>/date=<business date>/references/`: CSV and JSON, one entry a record that
names an unknown one and was told of on that day. A day that is built again replaces its files, or takes them
away.
"""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from expectations import return_list
from expectations.outcome import RETURNS
from expectations.returns import TYPES
from infra import lake, store
from ingest.connectors import quote
from ingest.contract import Contract, load, load_all
from ingest.references import references

PROBLEMS = """
SELECT
    'row' AS scope, severity, regexp_extract(_source_uri, '[^/]*$') AS source, _row_number AS row_number,
    regexp_replace(_record_key, {prefix}, '') AS record, {labels}[source_field] AS label, source_field,
    NULL::VARCHAR AS observed, {messages}[source_field] AS message, dimension, rule
FROM lake.intermediate.int_reference__dangling
WHERE starts_with(_batch_id, {feed} || '/') AND judged_on = {day}
ORDER BY record, source_field
"""


def write(day: date) -> list[str]:
    """Write the files of a business date, and take away those that no longer hold; gives their addresses."""
    written = []
    con = lake.connect(lake=True, read_only=True)
    try:
        for feed in dict.fromkeys(found.feed for found in references(load_all())):
            written += _of_feed(con, load(feed), day)
    finally:
        con.close()
    return written


def _of_feed(con: duckdb.DuckDBPyConnection, contract: Contract, day: date) -> list[str]:
    problems = _problems(contract, day)
    under = f"{contract.platform}/{contract.name}/date={day.isoformat()}/references/"
    keys = [f"{under}{contract.name}-{day.isoformat()}.{ending}" for ending in ("csv", "json")]
    if con.execute(f"SELECT count(*) FROM ({problems})").fetchone() == (0,):
        for key in store.list_keys(RETURNS, under):
            store.client().remove_object(RETURNS, key)
        return []
    due = day + timedelta(days=1 + contract.sla.return_due_days)
    with TemporaryDirectory(dir=lake.scratch_folder()) as folder:
        about = {"business_date": day.isoformat()}
        files = return_list.write_problems(con, contract, about, problems, due, Path(folder))
        for key, file in zip(keys, files, strict=True):
            kind = TYPES[file.suffix.removeprefix(".")]
            store.client().fput_object(RETURNS, key, str(file), content_type=kind)
    return [f"s3://{RETURNS}/{key}" for key in keys]


def _problems(contract: Contract, day: date) -> str:
    """SQL of the day's problems, as `return_list` takes them."""
    from expectations.rules.reference import ExpectRefersTo  # the library takes seconds to import

    labels, messages = [], []
    for found in references([contract]):
        said = ExpectRefersTo.message_zh.format(
            label=found.column.label_zh, target=load(found.target_feed).title_zh
        )
        labels.append(f"{quote(found.column.physical)}: {quote(found.column.label_zh)}")
        messages.append(f"{quote(found.column.physical)}: {quote(said)}")
    return PROBLEMS.format(
        prefix=quote(f"^{contract.feed}:"),
        labels=f"MAP {{{', '.join(labels)}}}",
        messages=f"MAP {{{', '.join(messages)}}}",
        feed=quote(contract.feed),
        day=f"DATE {quote(day.isoformat())}",
    )
