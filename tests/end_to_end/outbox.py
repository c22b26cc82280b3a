"""Each received row found again in the sandbox's outbox, to hold every verdict against the truth.

A version is named as the sandbox names it: day of the outbox and position in its file. Rows of files are
found by file and row number; rows of the police table and of the petition API, which show a present state,
by key and update time.
"""

from collections.abc import Collection
from datetime import date

import duckdb
import pyarrow as pa

from infra.sandbox.feeds import FEEDS
from infra.sandbox.platforms.drop import EXPORTS
from infra.sandbox.platforms.emergency import REPORTS
from infra.sandbox.platforms.grid import PUSHES, ROWS_A_FILE
from ingest.connectors import identifier, quote
from ingest.contract import load, load_all
from ingest.references import Reference, references
from tests.end_to_end.city import REAL_MESSAGES, City

PRESENT_STATE = str(tuple(name for name, feed in FEEDS.items() if feed.shows_present))
DAY = "replace(day, '-', '')"
ANSWERED = "coalesce(nullif(答复意见, ''), nullif(答复时间, '')) is not null"
RECEIVED = """
select '{feed}' as feed, _batch_id, _source_uri, _row_number, _record_key, _disposition,
    cast(_updated_at as varchar) as updated_at, batch.outcome
from staging.base_{table} join ops.batch on batch_id = _batch_id
"""
VERDICTS = """
select _batch_id, _source_uri, _row_number, rule, severity, source_field
from read_parquet('s3://verdicts/*/*/*/*.parquet', union_by_name = true)
"""
# Each row that names a record of another feed: what the night said of it, and whether no accepted version of
# that record had come by the first night that had the other feed's batch.
NAMED = """
select
    '{feed}' as feed, row._batch_id, row._source_uri, row._row_number, '{field}' as source_field,
    finding.rule, finding.severity, row._disposition = 'accepted' as is_accepted,
    coalesce(known.known_on > judged.judged_on, true) as is_unknown
from staging.base_{table} as row
join ops.batch on batch_id = row._batch_id
cross join lateral (
    select min(business_date) as judged_on from ops.batch as theirs
    where theirs.feed = '{target}' and outcome = 'accepted' and theirs.business_date >= batch.business_date
) as judged
left join (
    select clean_code({key}) as named, min(business_date) as known_on
    from staging.base_{target_table} join ops.batch on batch_id = _batch_id
    where _disposition <> 'refused' group by 1
) as known on known.named = clean_code(row.{column})
left join intermediate.int_reference__dangling as finding
    on row._batch_id = finding._batch_id and row._source_uri = finding._source_uri
    and row._row_number = finding._row_number and finding.source_field = '{field}'
where clean_code(row.{column}) is not null and row._disposition <> 'refused' {unless_deleted}
"""
# What is said of a version holds for each of its deliveries. That a named record was refused or comes later
# is no fault of the row: such findings are another test's matter.
SAID_AT_NIGHT = """
insert into verdict
select distinct again._batch_id, again._source_uri, again._row_number, rule, severity, source_field
from named
join identified as first using (feed, _batch_id, _source_uri, _row_number)
join identified as again on first.feed = again.feed and first.id = again.id
left join dirt on first.feed = dirt.feed and first.id = dirt.id
where rule is not null
    and (not is_unknown or coalesce(dirt.kind = 'reference_unknown' and dirt.field = source_field, false))
"""
VERSIONS = """
select '{feed}' as feed, parse_filename(filename, true) as day, file_row_number as position, {key} as key,
    {updated} as updated_at, {answered} as is_answered
from read_parquet('{folder}/*.parquet', filename = true, file_row_number = true)
"""
# A day's file of each kind -> the day's positions in it, in order.
FILES = " ".join(
    [f"when '{each.feed}' then '{each.stem}_' || {DAY}" for each in (*REPORTS, *EXPORTS)]
    + [
        f"when '{each.feed}' then printf('{each.stem}_%s_%03d', {DAY}, 1 + position // {ROWS_A_FILE})"
        for each in PUSHES
    ]
)
CONTENTS = f"""
create table content as
select
    feed, day, position,
    case feed
        {FILES}
        when 'petition.message' then if(is_answered, 'lyhf_', 'ly_') || {DAY}
    end as file,
    row_number() over (partition by feed, file order by position) as row
from version where feed not in {PRESENT_STATE}
"""
# Some files of the grid platform come again, under another number and from the last row to the first.
AGAIN = """
insert into content
select content.feed, content.day, position, parse_filename(name, true), rows + 1 - row
from read_json('{notes}') as note join content on content.file = parse_filename(note.repeats, true)
"""
IDENTIFIED = f"""
create table identified as
select
    received.*,
    coalesce(content.day || '#' || content.position, version.day || '#' || version.position) as id
from received
left join content on received.feed = content.feed and received._row_number = content.row
    and parse_filename(received._source_uri, true) = content.file
left join version on received.feed = version.feed and version.feed in {PRESENT_STATE}
    and received._record_key = version.feed || ':' || version.key
    and received.updated_at = version.updated_at
"""
# A pull sees the last version of each record of a present state, and every row of every file.
SHOWN = f"""
create table shown as
select feed, day || '#' || position as id
from (
    select *, (select min(night) from pull where pull.feed = version.feed and night >= day) as night
    from version
)
where night is not null
qualify feed not in {PRESENT_STATE} or row_number() over (
    partition by feed, key, night order by day desc, updated_at desc, position desc
) = 1
"""


def identify(city: City, missed: Collection[tuple[str, date]] = ()) -> duckdb.DuckDBPyConnection:
    """A database with the `identified` rows, their `verdict`s, and `shown`: the versions that pulls saw.

    `missed`: (feed, night) of pulls that failed. The real messages are left out: no truth knows them.
    """
    con = duckdb.connect()
    received = (RECEIVED.format(feed=feed, table=feed.replace(".", "__")) for feed in FEEDS)
    rows = city.rows("query", " union all ".join(received))
    pulls = [
        {"feed": feed, "night": night.day.isoformat()}
        for feed in FEEDS
        for night in city.nights
        if (feed, night.day) not in missed
    ]
    generated = [row for row in rows if row["_source_uri"].rpartition("/")[2] not in REAL_MESSAGES]
    tables = (
        ("received", generated),
        ("verdict", city.rows("query", VERDICTS)),
        ("pull", pulls),
        ("named", city.rows("query", " union all ".join(map(_named, references(load_all()))))),
    )
    for name, some in tables:
        con.register("arrived", pa.Table.from_pylist(some))
        con.execute(f"create table {name} as from arrived")
    sandbox = city.state / "sandbox"
    versions = [
        VERSIONS.format(
            feed=feed,
            key=identifier(described.key),
            updated=identifier(described.updated) if described.updated else "null",
            answered=ANSWERED if feed == "petition.message" else "false",
            folder=sandbox / "outbox" / feed,
        )
        for feed, described in FEEDS.items()
    ]
    con.execute("create table version as " + " union all ".join(versions))
    con.execute(CONTENTS)
    for push in PUSHES:
        con.execute(AGAIN.format(notes=sandbox / "platforms" / push.feed / "deliveries" / "*.json"))
    con.execute(IDENTIFIED)
    con.execute(SHOWN)
    truth = quote(str(sandbox / "truth" / "dirt.parquet"))
    con.execute(f"create table dirt as select *, source_row_id as id from {truth}")
    con.execute(SAID_AT_NIGHT)
    return con


def _named(found: Reference) -> str:
    deleted = any(p.name == "is_deleted" for p in load(found.feed).properties)
    return NAMED.format(
        feed=found.feed,
        table=found.feed.replace(".", "__"),
        column=found.column.name,
        field=found.column.physical,
        target=found.target_feed,
        target_table=found.target_feed.replace(".", "__"),
        key=found.key,
        unless_deleted="and not coalesce(parse_boolean_cn(row.is_deleted), false)" if deleted else "",
    )
