"""What must be there: required values, and one version of a record at a time."""

from expectations.rules.base import RowRule
from expectations.rules.moments import moment
from ingest.connectors import identifier


class ExpectPresent(RowRule):
    """A required value is there; blanks and words for "nothing" (无, 不详, -, / …) are no value."""

    title_zh = "必填项"
    clause = "GB/T 36344-2018 0201 数据元素完整性"
    dimension = "完整性"
    message_zh = "“{label}”为必填项，本行为空或填的是“无、不详、-”一类占位内容；请补填真实内容后重新报送"
    message_en = "a required value is missing or a placeholder; fill it in and send the row again"

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Blank or a placeholder."""
        return f"is_blank({self.quoted})", ()

    def applies(self) -> str:
        """Every row."""
        return "TRUE"


class ExpectUniqueKey(RowRule):
    """Rows of one key that carry the same update time say the same; else nobody knows which one holds.

    The same row twice is no failure (platforms deliver at least once), nor are versions with different
    times. Where a feed has no update time, a later document is a later version, so that rows of one key
    must agree within a document.
    """

    title_zh = "编号唯一"
    clause = "GB/T 36344-2018 0304 数据唯一性"
    dimension = "准确性"
    message_zh = (
        "同一“{label}”在本批次中有两行内容不同而更新时间相同，无法判断以哪一行为准；"
        "请只保留正确的一行，或更正更新时间后重新报送"
    )
    message_en = "two different rows share this key and update time; keep the right one or correct the time"

    updated: str | None = None  # source column of the update time

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """The key with this version stands among those that have two contents."""
        version, bound = moment(self.updated) if self.updated else ("_source_uri", ())
        return f"hash(_record_key, {version}) IN (SELECT code FROM _ambiguous_key)", bound

    def setup(self) -> tuple[str, ...]:
        """Keys that occur more than once (by hash, which is small), then those with differing contents."""
        version = f"parse_timestamp_cn({identifier(self.updated)})" if self.updated else "_source_uri"
        statement = f"""
            CREATE OR REPLACE TEMP TABLE _ambiguous_key AS
            WITH repeated AS (
                SELECT hash(_record_key) AS code FROM {{batch}} WHERE _record_key IS NOT NULL
                GROUP BY ALL HAVING count(*) > 1
            )
            SELECT hash(_record_key, {version}) AS code FROM {{batch}}
            WHERE _record_key IS NOT NULL AND hash(_record_key) IN (SELECT code FROM repeated)
            GROUP BY ALL HAVING min(_content_hash) <> max(_content_hash)
        """
        return (statement,)

    def applies(self) -> str:
        """Rows with a key."""
        return "_record_key IS NOT NULL"
