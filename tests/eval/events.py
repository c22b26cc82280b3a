"""Events of a generated city: the models' events against what really happened."""

from dataclasses import dataclass
from datetime import timedelta

from infra.lake import connect
from infra.sandbox.parameters import Params
from tests.dbt.lakehouse import Lakehouse
from tests.eval.city import bring, generated
from tests.eval.persons import lakehouse
from tests.eval.score import Score, scores

MODELS = [f"int_event__{name}" for name in ("signal", "reference", "edge", "pair", "cluster", "member")]
# Calls that only repeat and belong to no event are no reports; all others of the truth are.
JUDGED = """
create temp table judged as
select member._record_key as record_key, member.event_id as found, record.event_id as truth
from lake.intermediate.int_event__member as member
inner join (
    select record_key, min(event_id) as event_id from read_parquet(?) where event_id is not null group by 1
) as record on member._record_key = record.record_key"""
BY_REFERENCE = """
create temp table referred as
with recursive reached as (
    select record_key, record_key as label from judged
    union
    select edge.other_key, reached.label
    from reached
    inner join (
        select record_key, other_key from lake.intermediate.int_event__edge
        union
        select other_key, record_key from lake.intermediate.int_event__edge
    ) as edge on reached.record_key = edge.record_key
)
select judged.record_key, min(reached.label) as found, any_value(judged.truth) as truth
from judged inner join reached on judged.record_key = reached.record_key
group by 1"""
# Pairs of one event, among them those that were compared and weighed enough to be kept.
MET = """
with pair as (
    select l.record_key as left_key, r.record_key as right_key
    from judged as l inner join judged as r on l.truth = r.truth and l.record_key < r.record_key
)
select avg(cast(met.left_key is not null as integer))
from pair
left join (
    select left_key, right_key from lake.intermediate.int_event__pair
    union
    select least(record_key, other_key), greatest(record_key, other_key)
    from lake.intermediate.int_event__edge
) as met on pair.left_key = met.left_key and pair.right_key = met.right_key"""


@dataclass(frozen=True)
class Found:
    """What one city gave."""

    reports: int
    referred: Score  # pairs, by the numbers alone by which records name each other
    pairs: Score
    cubed: Score
    met: float  # share of true pairs that were compared and kept
    seconds: float  # of the event models on the whole city, without dbt's start
    night: float  # of the same on the last day
    moved: int  # older reports whose ID the last day changed


def measure(params: Params) -> Found:
    """Build the city without its last day, then with it."""
    with generated(params) as folder, lakehouse(f"eval_events_{params.seed}") as lake:
        before = params.last_day - timedelta(days=1)
        bring(lake, folder, params.first_day, before)
        lake.build("path:seeds", "+int_event__signal", "+int_event__reference", day=1)
        seconds = lake.build(*MODELS, day=1)
        lake.publish()
        held = lake.rows("select _record_key, event_id from lake.intermediate.int_event__member")
        bring(lake, folder, params.last_day, params.last_day)
        lake.build("+int_event__signal", "+int_event__reference", day=2)
        night = lake.build(*MODELS, day=2)
        after = dict(lake.rows("select _record_key, event_id from lake.intermediate.int_event__member"))
        moved = sum(after.get(key, event) != event for key, event in held)
        return _compare(lake, str(folder / "truth" / "records.parquet"), seconds, night, moved)


def _compare(lake: Lakehouse, truth: str, seconds: float, night: float, moved: int) -> Found:
    lake.use()
    with connect(lake=True) as con:
        con.execute(JUDGED, [truth])
        con.execute(BY_REFERENCE)
        pairs, cubed = scores(con, "judged")
        referred, _ = scores(con, "referred")
        counts = con.execute(f"select (select count(*) from judged), ({MET})").fetchone()
    assert counts is not None
    return Found(counts[0], referred, pairs, cubed, counts[1], seconds, night, moved)
