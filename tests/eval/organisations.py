"""Organisations of a generated city: those of the models against those that the records really named."""

from dataclasses import dataclass
from datetime import timedelta

from infra.lake import connect
from infra.sandbox.parameters import Params
from tests.eval.city import bring, generated
from tests.eval.persons import lakehouse
from tests.eval.score import Score, scores

MODELS = [f"int_organisation__{part}" for part in ("mention", "pair", "cluster", "member")]
NAMES = ("DWMC", "企业名称", "事故单位名称", "orgName")
CODES = ("TYSHXYDM", "统一社会信用代码", "orgCode")
KEYS = "select mention_key, organisation_id from lake.intermediate.int_organisation__member"


def slips() -> dict[str, str]:
    """What clerks do to names and codes, in half of the rows: the sandbox writes every name in full."""
    drawn = "hash(\"{c}\", file_row_number, filename, '{c}') % 10"
    name = (
        f"case {drawn} when 0 then replace(\"{{c}}\", '有限公司', '有限责任公司') "
        f"when 1 then regexp_replace(\"{{c}}\", '^(河南省)?郑州市?', '') "
        f"when 2 then '河南省' || \"{{c}}\" when 3 then replace(\"{{c}}\", '有限公司', '') "
        f"when 4 then translate(\"{{c}}\", '（）', '()') else \"{{c}}\" end"
    )
    code = (
        f"case when {drawn} < 4 then null when {drawn} = 4 then replace(\"{{c}}\", '0', 'O') "
        f'else "{{c}}" end'
    )
    return {c: name.format(c=c) for c in NAMES} | {c: code.format(c=c) for c in CODES}


@dataclass(frozen=True)
class Found:
    """What one city gave."""

    records: int
    found: int
    truth: int
    pairs: Score
    cubed: Score
    two_codes: int  # organisations with two valid credit codes
    night: float  # seconds of the models on the last day
    moved: int  # older mentions whose ID that night changed

    def row(self, seed: int, level: str) -> str:
        """As a row of Markdown."""
        p = self.pairs
        return (
            f"| {seed} | {level} | {self.records:,} | {self.found:,} | {self.truth:,} | {p.precision:.4f} "
            f"| {p.recall:.4f} | {p.f1:.4f} | {self.cubed.f1:.4f} | {self.two_codes} | {self.night:.1f} "
            f"| {self.moved} |"
        )


def measure(params: Params, *, hard: bool) -> Found:
    """Build the city up to the last day but one, then its last day."""
    written = slips() if hard else None
    with (
        generated(params) as folder,
        lakehouse(f"eval_o_{params.seed}_{'hard' if hard else 'usual'}") as lake,
    ):
        bring(lake, folder, params.first_day, params.last_day - timedelta(days=1), written)
        lake.build("path:seeds", "+int_organisation__member", day=1)
        lake.publish()
        held = lake.rows(KEYS)
        bring(lake, folder, params.last_day, params.last_day, written)
        lake.build("+int_organisation__mention", "--exclude", "int_organisation__mention", day=2)
        night = lake.build(*MODELS, day=2)
        after = dict(lake.rows(KEYS))
        moved = sum(key in after and after[key] != found for key, found in held)
        lake.use()
        with connect(lake=True) as con:
            con.execute(
                """
                create temp table judged as
                select mention.credit_code, member.organisation_id as found, record.organisation_id as truth
                from lake.intermediate.int_organisation__member as member
                inner join lake.intermediate.int_organisation__mention as mention using (mention_key)
                inner join read_parquet(?) as record on mention._record_key = record.record_key
                where record.organisation_id is not null""",
                [str(folder / "truth" / "records.parquet")],
            )
            pairs, cubed = scores(con, "judged")
            counts = con.execute(
                "select count(*), count(distinct found), count(distinct truth), (select count(*) from "
                "(select found from judged group by 1 having count(distinct credit_code) > 1)) from judged"
            ).fetchone()
    assert counts is not None
    return Found(*counts[:3], pairs, cubed, counts[3], night, moved)
