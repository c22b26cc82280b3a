"""Places of a generated city: which records tell of one, and whether the parts of addresses are right."""

from dataclasses import dataclass

import duckdb

from infra.lake import connect
from infra.sandbox.parameters import Params
from tests.eval.city import bring, generated
from tests.eval.persons import lakehouse
from tests.eval.score import Score, scores

MODELS = [f"int_place__{part}" for part in ("mention", "pair", "cluster", "member")]
# Each part, and when a text tells it: the truth knows all parts of a place, a report seldom tells all.
PARTS = {
    "township_code": ("township_code", "true"),
    "village_code": ("village_code", "parsed is not null"),
    "road": ("road", "contains(text, road) and kind <> 'crossing'"),
    "number": ("number", "regexp_matches(text, '[^0-9]' || number || '号([^楼0-9]|$)')"),
    "estate": ("estate", "contains(text, estate)"),
    "building": ("building", "regexp_matches(text, '[^0-9]' || building || '(号楼|幢)')"),
    "unit": ("unit", "contains(text, unit || '单元')"),
    "room": ("room", "regexp_matches(text, '单元' || room || '(室|$)')"),
    "village_group": ("group", "regexp_matches(text, '[^0-9]' || \"group\" || '组')"),
    "site": ("label", "contains(text, label) and kind not in ('road', 'crossing')"),
}


@dataclass(frozen=True)
class Found:
    """What one city gave. `parts`: part, records whose text tells it, how many of these were read rightly."""

    records: int
    found: int
    truth: int
    pairs: Score
    cubed: Score
    two_numbers: int  # places with two street numbers
    seconds: float
    parts: list[tuple[str, int, int]]

    def row(self, seed: int) -> str:
        """As a row of Markdown."""
        p = self.pairs
        return (
            f"| {seed} | {self.records:,} | {self.found:,} | {self.truth:,} | {p.precision:.4f} "
            f"| {p.recall:.4f} | {p.f1:.4f} | {self.cubed.f1:.4f} | {self.two_numbers} | {self.seconds:.1f} |"
        )


def measure(params: Params) -> Found:
    """Build the whole city's places at once."""
    with generated(params) as folder, lakehouse(f"eval_l_{params.seed}") as lake:
        bring(lake, folder, params.first_day, params.last_day)
        lake.build("path:seeds", "+int_record", day=1)
        seconds = lake.build(*MODELS, day=1)
        lake.use()
        with connect(lake=True) as con:
            con.execute(
                """
                create temp table judged as
                select mention.* exclude (village_code), mention.village_code, member.place_id as found,
                    record.place_id as truth, told.place_text as text
                from lake.intermediate.int_place__member as member
                inner join lake.intermediate.int_place__mention as mention using (mention_key)
                inner join lake.intermediate.int_record as told on mention._record_key = told._record_key
                inner join read_parquet(?) as record on mention._record_key = record.record_key
                where record.place_id is not null""",
                [str(folder / "truth" / "records.parquet")],
            )
            con.execute(
                "create temp table place as select * from read_parquet(?)",
                [str(folder / "truth" / "places.parquet")],
            )
            pairs, cubed = scores(con, "judged")
            counts = con.execute(
                "select count(*), count(distinct found), count(distinct truth), (select count(*) from "
                "(select found from judged group by 1 having count(distinct number) > 1)) from judged"
            ).fetchone()
            parts = [_part(con, name, column, when) for name, (column, when) in PARTS.items()]
    assert counts is not None
    return Found(*counts[:3], pairs, cubed, counts[3], seconds, parts)


def _part(con: duckdb.DuckDBPyConnection, name: str, column: str, when: str) -> tuple[str, int, int]:
    row = con.execute(
        f"""
        select count(*), count(*) filter (where parsed is not distinct from real)
        from (
            select place.*, judged.text, judged.{name} as parsed, place."{column}" as real
            from judged inner join place on judged.truth = place.place_id
        ) where real is not null and ({when})"""
    ).fetchone()
    assert row is not None
    return name, row[0], row[1]
