"""What a batch must keep as a whole: its columns, its size, what its control file promised."""

from expectations.rules.base import BatchRule


class ExpectSchema(BatchRule):
    """Every column of the contract is there; it is better to keep yesterday's data than half of today's."""

    title_zh = "字段齐全"
    clause = "数据契约；GB/T 36344-2018 0102 数据模型"
    dimension = "规范性"
    message_zh = "本批数据缺少约定的字段，整批退回；请恢复字段后重新报送，结构有变更请先商定新版契约"
    message_en = "columns of the contract are missing, the whole batch is refused; restore them"

    missing: tuple[str, ...] = ()

    def problems(self, rows: int) -> list[str]:
        """One for each missing column; an empty batch shows no columns."""
        return [f"缺少字段“{name}”" for name in self.missing] if rows else []


class ExpectKnownColumns(BatchRule):
    """No column that the contract does not know; such a column is kept in raw and told of."""

    title_zh = "无约定外字段"
    clause = "数据契约；GB/T 36344-2018 0102 数据模型"
    dimension = "规范性"
    default_severity = "warn"
    message_zh = "本批数据有契约之外的字段"
    message_en = "the batch has columns that the contract does not know"

    unknown: tuple[str, ...] = ()

    def problems(self, rows: int) -> list[str]:
        """One for each unknown column."""
        return [f"多出契约之外的字段“{name}”" for name in self.unknown] if rows else []


class ExpectControlFile(BatchRule):
    """Row count and MD5 are those that the platform's control file (or its total) gave."""

    title_zh = "与控制文件一致"
    clause = "交换控制文件；GB/T 36344-2018 0202 数据记录完整性"
    dimension = "完整性"
    message_zh = "本批数据与控制文件不符，整批退回；请重新导出并同时报送数据文件和控制文件"
    message_en = "the batch is not what its control file promised; send data and control file again"

    control: tuple[
        dict[str, object], ...
    ] = ()  # name, expected_rows, actual_rows, md5_ok; None = not promised

    def problems(self, rows: int) -> list[str]:  # noqa: ARG002
        """One for each broken promise."""
        found = []
        for check in self.control:
            name, expected, actual = check["name"], check.get("expected_rows"), check.get("actual_rows")
            if expected is not None and expected != actual:
                found.append(f"控制文件“{name}”说有 {expected} 行，实际 {actual} 行")
            if check.get("md5_ok") is False:
                found.append(f"控制文件“{name}”的 MD5 与数据文件不符")
        return found


class ExpectVolume(BatchRule):
    """The row count lies within the contract's bounds."""

    title_zh = "数据量"
    clause = "数据契约；GB/T 36344-2018 0202 数据记录完整性"
    dimension = "完整性"
    message_zh = "本批数据的行数超出约定范围"
    message_en = "the row count is outside the contract's bounds"

    at_least: int | None = None
    at_most: int | None = None

    def problems(self, rows: int) -> list[str]:
        """Too few or too many."""
        if self.at_least is not None and rows < self.at_least:
            return [f"本批 {rows} 行，少于约定的 {self.at_least} 行"]
        if self.at_most is not None and rows > self.at_most:
            return [f"本批 {rows} 行，多于约定的 {self.at_most} 行"]
        return []
