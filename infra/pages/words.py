"""The words of the pages in Chinese and English; both have the same names, which a test holds."""

DEFAULT = "zh"
SWITCH = {"zh": "中文", "en": "English"}
DIMENSIONS = {  # code -> (Chinese, English), in the order of GB/T 36344
    "conformity": ("规范性", "conformity"),
    "completeness": ("完整性", "completeness"),
    "accuracy": ("准确性", "accuracy"),
    "consistency": ("一致性", "consistency"),
    "timeliness": ("时效性", "timeliness"),
    "accessibility": ("可访问性", "accessibility"),
}
LANGUAGES: dict[str, dict[str, str]] = {
    "zh": {
        "title": "三零 数据接收与质量", "as_of": "业务日期", "department": "部门", "feed": "数据集",
        "last_day": "最近批次", "state": "状态", "fresh": "当日", "late": "迟到", "age": "数据天龄",
        "open": "待改", "overdue": "逾期", "closed": "已改", "quality": "数据质量", "dimension": "维度",
        "assessed": "检查项", "met": "合格项", "score": "得分", "grade": "等级", "trend": "变化",
        "ledger": "收数台账", "day": "日期", "received": "接收", "accepted": "接受", "refused": "拒收",
        "repeated": "重复", "balanced": "平衡", "returns": "退回事项", "rule": "规则", "column": "字段",
        "severity": "处理", "refuse": "退回", "warn": "提醒", "due": "最早期限", "whole": "整批数据",
        "contract": "数据契约", "purpose": "用途", "schedule": "计划", "arrival": "应到时间",
        "days": "整改天数", "version": "版本", "source": "源字段", "kind": "类型", "required": "必填",
        "class": "分级", "yes": "是", "no": "否", "none": "无", "overview": "总览", "key": "主键",
        "note": "本页只有统计数和契约内容，不含任何记录。",
    },
    "en": {
        "title": "Sanling: feeds and their quality", "as_of": "business date", "department": "department",
        "feed": "feed", "last_day": "last batch", "state": "state", "fresh": "in time", "late": "late",
        "age": "age in days", "open": "open", "overdue": "overdue", "closed": "closed",
        "quality": "Data quality", "dimension": "dimension", "assessed": "assessed", "met": "met",
        "score": "score", "grade": "grade", "trend": "trend", "ledger": "Ledger", "day": "day",
        "received": "received", "accepted": "accepted", "refused": "refused", "repeated": "repeated",
        "balanced": "balanced", "returns": "Returns", "rule": "rule", "column": "column",
        "severity": "effect", "refuse": "refused", "warn": "warned", "due": "earliest due",
        "whole": "whole batch", "contract": "Contract", "purpose": "purpose", "schedule": "schedule",
        "arrival": "latest arrival", "days": "days to mend", "version": "version", "source": "source column",
        "kind": "type", "required": "required", "class": "class", "yes": "yes", "no": "no", "none": "none",
        "overview": "Overview", "key": "key", "note": "Counts and contract text alone; no record is shown.",
    },
}  # fmt: skip


def dimension(code: str, language: str) -> str:
    """A dimension's name."""
    return DIMENSIONS[code][0 if language == DEFAULT else 1]
