"""A number that names a record of another feed, or of its own: a task's grid, a step's petition."""

from expectations.rules.base import LakeRule


class ExpectRefersTo(LakeRule):
    """The record that the column names was taken in: some version of it was accepted, on any day.

    Judged in the night, once the other feed has brought the batch of that day or of a later one, so that
    neither the order of the feeds nor a late one is held against the sender. What was refused is unknown.
    """

    title_zh = "引用的编号存在"
    clause = "GB/T 36344-2018 0402 关联数据一致性"
    dimension = "一致性"
    default_severity = "warn"
    message_zh = (
        "“{label}”所引用的编号在“{target}”中查不到（该记录未报送，或报送后被退回）；"
        "请核对编号，或由报送单位补报、改正被引用的记录，补齐后自动销号"
    )
    message_en = (
        "no record of the other feed that was accepted has this number: it was not sent, or was refused; "
        "correct the number, or send or mend the record that it names, and the item closes by itself"
    )

    feed: str  # that is referred to
    key: str  # conformed name of its column
