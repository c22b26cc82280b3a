"""Coordinates: degrees of a known reference system, the right way round, in the county that the row names."""

from collections.abc import Mapping
from typing import Any

from expectations.check import FILLED, alias, filled
from expectations.rules.base import RowRule, column_of
from expectations.rules.division import resolve, table
from ingest.connectors import identifier, quote
from ingest.contract import Property

SHIFT_KM = 2.0  # reference systems differ by up to 1.3 km, and a county's point may be in any of them


class ExpectCoordinates(RowRule):
    """One rule for what goes wrong with a point; the message says which."""

    title_zh = "坐标正确"
    clause = "GB/T 36344-2018 0301 数据内容正确性；2000 国家大地坐标系"
    dimension = "准确性"
    default_severity = "warn"
    message_zh = "“{label}”的坐标填反、为 0、为平面坐标、没有说明坐标系，或不在所填区划内；请核对后重报"
    message_en = "coordinates are swapped, zero, projected, without a reference system, or in another county"

    latitude: str | None = None  # source column; None when `column` holds both as "lon,lat"
    division: str | None = None  # source column
    crs: str | None = None  # the system of the whole feed
    crs_column: str | None = None  # or the source column that names it row by row

    @classmethod
    def over(cls, kwargs: Mapping[str, Any], names: Mapping[str, Property]) -> dict[str, Any]:
        """From `lonlat` or `longitude` and `latitude`, with `division` and `crs`, a name or a column."""
        used = {key: names[value] for key, value in kwargs.items() if value in names}
        return column_of(used.get("lonlat") or used["longitude"]) | {
            "latitude": used["latitude"].physical if "latitude" in used else None,
            "division": used["division"].physical if "division" in used else None,
            "crs": None if "crs" in used else kwargs.get("crs"),
            "crs_column": used["crs"].physical if "crs" in used else None,
        }

    def _point(self) -> tuple[str, str]:
        if self.latitude:
            return f"parse_number({self.quoted})", f"parse_number({identifier(self.latitude)})"
        parts = f"regexp_split_to_array(_fold({self.quoted}), '[,; |]+')"
        return f"parse_number({alias(parts)}[1])", f"parse_number({alias(parts)}[2])"

    def _cases(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """What can be wrong -> SQL over the bound longitude and latitude, the first that holds counts."""
        lon_sql, lat_sql = self._point()
        lon, lat = alias(lon_sql), alias(lat_sql)
        bound = [lon_sql, lat_sql]
        if not self.latitude:
            bound.append(f"regexp_split_to_array(_fold({self.quoted}), '[,; |]+')")
        cases = {
            "经纬度不完整或不是数字": f"({lon} IS NULL) <> ({lat} IS NULL)",
            "经纬度为 0，等于没有定位": f"abs({lon}) < 0.01 AND abs({lat}) < 0.01",
            "填的是平面坐标（米）": f"abs({lon}) > 1000 OR abs({lat}) > 1000",
            "经度和纬度填反了": f"{lon} BETWEEN 3 AND 54 AND {lat} BETWEEN 73 AND 136",
            "不在中国范围内": f"{lon} NOT BETWEEN 73 AND 136 OR {lat} NOT BETWEEN 3 AND 54",
        }
        if not self.latitude:
            cases["经纬度不完整或不是数字"] = (
                f"({lon} IS NULL OR {lat} IS NULL) AND NOT is_blank({self.quoted})"
            )
        if self.crs_column:
            cases["没有说明坐标系"] = f"{lon} IS NOT NULL AND is_blank({identifier(self.crs_column)})"
        if self.division:
            county = (
                f"(SELECT struct_pack(lon := c.lon, lat := c.lat, km := c.reach_km) "
                f"FROM {table(self.division)} AS c WHERE c.raw = {identifier(self.division)})"
            )
            away = f"distance_km({lon}, {lat}, {alias(county)}.lon, {alias(county)}.lat)"
            cases["不在所填区划的县（区）内"] = f"{away} > {alias(county)}.km + {SHIFT_KM}"
            bound.append(county)
        return cases, tuple(bound)

    def unexpected(self) -> tuple[str, tuple[str, ...]]:
        """Any of the cases."""
        cases, bound = self._cases()
        return " OR ".join(f"({condition})" for condition in cases.values()), bound

    def setup(self) -> tuple[str, ...]:
        """The counties of the batch."""
        return resolve(self.division) if self.division else ()

    def applies(self) -> str:
        """A point is given, in whole or in part."""
        if not self.latitude:
            return filled(self.column)
        columns = (self.quoted, identifier(self.latitude))
        return "(" + " OR ".join(FILLED.format(column=column) for column in columns) + ")"

    def observed(self) -> str:
        """The pair; a restricted one keeps its first digit and its length."""
        columns = [self.quoted] + ([identifier(self.latitude)] if self.latitude else [])
        return " || ', ' || ".join(
            f"coalesce(mask_value({column}, {quote(self.classification)}), '')" for column in columns
        )

    def message(self) -> str:
        """Which case it is. The bound expressions still stand in the table of failed rows."""
        cases, _ = self._cases()
        whens = " ".join(
            f"WHEN {condition} THEN {quote(f'“{self.label}”{what}；请核对后重报')}"
            for what, condition in cases.items()
        )
        return f"CASE {whens} END"
