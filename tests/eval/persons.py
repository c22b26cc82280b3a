"""Persons of a generated city: the models' persons against those who really were behind the records."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from infra.lake import connect
from infra.sandbox.parameters import Params
from infra.settings import settings
from infra.stack import credentials
from tests.dbt.lakehouse import Lakehouse
from tests.eval.city import bring, generated
from tests.eval.score import Score, scores

MODELS = ["int_person__mention", "int_person__pair", "int_person__cluster", "int_person__member"]
KNOWN = "(id_no is not null or phone is not null or birth_date is not null)"
# An account of the message board, or a surname without phone or number, says of nobody who it is.
TELLING = "account is null and not (is_masked and phone is null and id_no is null)"

BY_RULE = """
with who as (select profile_key, min(truth) as truth from judged group by 1 having count(distinct truth) = 1)
select pair.rule, count(*), avg(cast(l.truth = r.truth as integer))
from lake.intermediate.int_person__pair as pair
inner join lake.intermediate.int_person__cluster as one on pair.left_key = one.profile_key
inner join lake.intermediate.int_person__cluster as other
    on pair.right_key = other.profile_key and one.cluster = other.cluster
inner join who as l on pair.left_key = l.profile_key
inner join who as r on pair.right_key = r.profile_key
group by 1 order by 1
"""


@dataclass(frozen=True)
class Found:
    """What one city gave."""

    records: int
    telling: int  # those that say who it is
    known: Score  # pairs of those that have a number, phone or birth date
    pairs: Score  # of all that are telling
    cubed: Score
    two_numbers: int  # persons with two valid ID numbers
    seconds: float  # of the person models on the whole city, without dbt's start
    night: float  # of the same on the last day
    touched: int  # mentions of that night
    moved: int  # older mentions whose ID it changed
    rules: list[tuple[str, int, float]]  # rule, pairs of profiles that it joined, share that are one person


@contextmanager
def lakehouse(name: str) -> Iterator[Lakehouse]:
    """An empty lake that goes with the block."""
    uri = credentials.database_uri("postgres", "postgres")
    with psycopg.connect(uri, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name} OWNER {settings().pg_user}".encode())
    try:
        yield Lakehouse(name)
    finally:
        with psycopg.connect(uri, autocommit=True) as con:
            con.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def measure(params: Params, keep: Path | None = None) -> Found:
    """Build the city without its last day, then with it; `keep`: where to put mentions and truth."""
    with generated(params) as folder, lakehouse(f"eval_{params.seed}") as lake:
        before = params.last_day - timedelta(days=1)
        bring(lake, folder, params.first_day, before)
        lake.build("path:seeds", "+int_person__mention", day=1)
        whole = lake.build(*MODELS, day=1)
        lake.publish()
        held = lake.rows("select mention_key, person_id from lake.intermediate.int_person__member")
        bring(lake, folder, params.last_day, params.last_day)
        lake.build("+int_person__mention", day=2)
        night = lake.build(*MODELS, day=2)
        after = dict(lake.rows("select mention_key, person_id from lake.intermediate.int_person__member"))
        touched = lake.rows(
            "select count(*) from lake.intermediate.int_person__mention "
            "where _batch_id in (select batch_id from lake.ops.batch where is_pending)"
        )
        return _compare(
            lake, folder, keep,
            seconds=whole, night=night, touched=int(touched[0][0]),
            moved=sum(after.get(key, person) != person for key, person in held),
        )  # fmt: skip


def _compare(
    lake: Lakehouse,
    folder: Path,
    keep: Path | None,
    *,
    seconds: float,
    night: float,
    touched: int,
    moved: int,
) -> Found:
    lake.use()
    with connect(lake=True) as con:
        con.execute(
            """
            create temp table judged as
            select mention.*, member.person_id as found, record.person_id as truth, member.link_rule
            from lake.intermediate.int_person__member as member
            inner join lake.intermediate.int_person__mention as mention using (mention_key)
            inner join read_parquet(?) as record on mention._record_key = record.record_key
            where record.person_id is not null""",
            [str(folder / "truth" / "records.parquet")],
        )
        if keep is not None:
            con.execute(f"copy judged to '{keep}' (format parquet)")
        con.execute(f"create temp table telling as select * from judged where {TELLING}")
        con.execute(f"create temp table known as select * from telling where {KNOWN}")
        pairs, cubed = scores(con, "telling")
        known, _ = scores(con, "known")
        counts = con.execute(
            "select count(*), (select count(*) from telling), (select count(*) from (select person_id from "
            "lake.intermediate.int_person__member group by 1 having count(distinct id_no) > 1)) from judged"
        ).fetchone()
        rules = con.execute(BY_RULE).fetchall()
    assert counts is not None
    return Found(counts[0], counts[1], known, pairs, cubed, counts[2], seconds, night, touched, moved, rules)
