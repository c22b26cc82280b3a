"""行政区划代码: known in some version of the list, and not retired; data lives in seeds/divisions.csv.gz.

Two authorities number townships differently (NBS, Ministry of Civil Affairs); the seed holds the NBS codes of
2023 to townships of the whole country, to villages of the regions whose villages it lists, with the
development zones that are counties only there (410171), and the six-digit codes since 1981.
"""

import hashlib
from typing import Literal

from expectations.rules.base import RowRule
from infra.settings import ROOT
from ingest.connectors import identifier, quote

DIVISIONS = ROOT / "dbt_project" / "seeds" / "divisions.csv.gz"
NEIGHBOURS, MARGIN, SHORTEST = 8, 1.3, 25.0  # of `reach_km`
LEVELS = {"county": "县级", "township": "乡级", "village": "村级"}

LOAD = f"""
    CREATE TEMP TABLE IF NOT EXISTS _division AS
    SELECT
        code12,
        any_value(level) AS level,
        bool_or(valid_to IS NULL) AS is_current,
        any_value(lon::DOUBLE) AS lon,
        any_value(lat::DOUBLE) AS lat,
        -- '220104000000[2005];220184000000': codes apart, years left out
        replace(
            regexp_replace(arg_max(successor_codes, valid_to), '[[][0-9]+[]]', '', 'g'), ';', '、'
        ) AS successors
    FROM read_csv({quote(str(DIVISIONS))}, all_varchar = true)
    GROUP BY code12
"""


def table(column: str) -> str:
    """Name of the table that tells each value of a division column what it is."""
    return "_division_" + hashlib.md5(column.encode(), usedforsecurity=False).hexdigest()[:12]


def resolve(column: str) -> tuple[str, ...]:
    """Statements that make `table(column)`: one row per distinct value, so that the scan only looks up.

    raw; code (12 digits); is_known; is_retired; lon, lat of the county and `reach_km`, how far from that
    point a place of the county may lie: beyond the eighth nearest county's centre it is another's.
    """
    value = identifier(column)
    statement = f"""
        CREATE OR REPLACE TEMP TABLE {table(column)} AS
        WITH given AS (SELECT DISTINCT {value} AS raw FROM {{batch}} WHERE NOT is_blank({value})),
        cleaned AS (
            SELECT raw, clean_division_code(raw) AS code, left(code, 6) || '000000' AS county FROM given
        ),
        with_villages AS (
            SELECT DISTINCT left(code12, 6) || '000000' AS county FROM _division WHERE level = 'village'
        ),
        centre AS (SELECT code12, lon, lat FROM _division WHERE level = 'county' AND lon IS NOT NULL),
        near AS (
            SELECT
                here.code12, here.lon, here.lat,
                distance_km(here.lon, here.lat, other.lon, other.lat) AS km,
                row_number() OVER (PARTITION BY here.code12 ORDER BY km) AS rank
            FROM centre AS here JOIN centre AS other ON here.code12 <> other.code12
            WHERE here.code12 IN (SELECT county FROM cleaned)
        ),
        reach AS (
            SELECT
                code12, any_value(lon) AS lon, any_value(lat) AS lat,
                greatest({SHORTEST}, {MARGIN} * max(km)) AS reach_km
            FROM near WHERE rank <= {NEIGHBOURS} GROUP BY code12
        )
        SELECT
            raw, code,
            coalesce(
                exact.code12 IS NOT NULL
                OR township.code12 IS NOT NULL AND with_villages.county IS NULL
                OR NOT upper.is_current, FALSE
            ) AS is_known,
            is_known AND coalesce(NOT exact.is_current, NOT upper.is_current, FALSE) AS is_retired,
            coalesce(exact.successors, upper.successors) AS successors,
            reach.lon, reach.lat, reach.reach_km
        FROM cleaned
        LEFT JOIN _division AS exact ON exact.code12 = code
        LEFT JOIN _division AS township
            ON township.code12 = left(code, 9) || '000' AND township.level = 'township'
        LEFT JOIN _division AS upper ON upper.code12 = cleaned.county
        LEFT JOIN with_villages ON with_villages.county = cleaned.county
        LEFT JOIN reach ON reach.code12 = cleaned.county
    """
    return LOAD, statement


class ExpectDivisionCode(RowRule):
    """A code that some version of the list has: 12 digits, or 9 or 6, which are filled with zeros.

    A county or township in place of the finer level is good; a code unknown to all versions is not. In
    counties whose villages the seed lacks a village code is good if its township is known.
    """

    title_zh = "区划代码存在"
    clause = "GB/T 2260、统计用区划代码（2023）；GB/T 36344-2018 0105 权威参考数据"
    dimension = "规范性"
    message_zh = "“{label}”在各年的区划代码中都查不到；请填{level} 12 位统计用区划代码，只知道上级时末位补 0"
    message_en = "no version of the division codes has this one; give 12 digits, zeros for what is not known"

    level: Literal["county", "township", "village"] = "township"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Looked up among the distinct values."""
        return f"{self.quoted} IN (SELECT raw FROM {table(self.column)} WHERE NOT is_known)", ()

    def setup(self) -> tuple[str, ...]:
        """The table of distinct values."""
        return resolve(self.column)

    def advice(self) -> str:
        """With the level that is wanted."""
        return self.message_zh.format(label=self.label, level=LEVELS[self.level])


class ExpectDivisionCodeRetired(RowRule):
    """A code that has been replaced: still accepted, but its department should move to the successor."""

    title_zh = "区划代码现行"
    clause = "GB/T 2260 变更情况（1981-2024）；GB/T 36344-2018 0501 基于时间段的正确性"
    dimension = "时效性"
    default_severity = "warn"
    message_zh = "“{label}”是已撤销的区划代码；请改用现行代码"
    message_en = "the code is retired; use its successor"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Looked up among the distinct values."""
        return f"{self.quoted} IN (SELECT raw FROM {table(self.column)} WHERE is_retired)", ()

    def setup(self) -> tuple[str, ...]:
        """The table of distinct values."""
        return resolve(self.column)

    def message(self) -> str:
        """With the successors, if the history names them."""
        successors = f"(SELECT successors FROM {table(self.column)} AS d WHERE d.raw = {self.quoted})"
        return f"{quote(self.advice())} || coalesce('（' || {successors} || '）', '')"
