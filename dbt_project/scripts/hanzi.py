"""Write the seeds hanzi.csv and surname_reading.csv; needs pypinyin and opencc, which nothing else does.

hanzi.csv: every character of the block CJK Unified Ideographs with its simplified form (OpenCC, t2s) and its
commonest reading without tone (pypinyin). surname_reading.csv: surnames of the list below that pypinyin reads
otherwise character by character; their readings are those that dictionaries mark with 姓, not each checked.
"""

import csv
from pathlib import Path

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

SEEDS = Path(__file__).parent.parent / "seeds"
SURNAMES = {
    **dict(
        zip(
            "单曾解仇查朴任华盖区尉缪乐员覃洗冼晟召应宁",
            [
                "shan",
                "zeng",
                "xie",
                "qiu",
                "zha",
                "piao",
                "ren",
                "hua",
                "ge",
                "ou",
                "wei",
                "miao",
                "yue",
                "yun",
                "qin",
                "xian",
                "xian",
                "cheng",
                "shao",
                "ying",
                "ning",
            ],
            strict=True,
        )
    ),
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "单于": "chan yu",
}


def main() -> None:
    """Write both files."""
    simple = OpenCC("t2s")
    with (SEEDS / "hanzi.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("hanzi", "simplified", "pinyin"))
        for hanzi in map(chr, range(0x4E00, 0x9FA6)):
            writer.writerow(
                (hanzi, simple.convert(hanzi), lazy_pinyin(hanzi, style=Style.NORMAL, v_to_u=False)[0])
            )
    with (SEEDS / "surname_reading.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("surname", "pinyin", "source", "verified"))
        for surname, pinyin in SURNAMES.items():
            if pinyin != " ".join(lazy_pinyin(list(surname), style=Style.NORMAL)):
                writer.writerow((surname, pinyin, "dictionary, 姓", "false"))


if __name__ == "__main__":
    main()
