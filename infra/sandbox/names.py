"""Names of people: weights of surnames, given names by decade and sex, long ethnic names, rare characters."""

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np

from infra.sandbox.randomness import Bools, Ints, Rng, Texts, choose, stream, texts, weighted, zipf

DATA = Path(__file__).parent / "data"
PARTS = ("full", "single", "two")
PART_WEIGHTS = {1900: (0.22, 0.08, 0.70), 1960: (0.20, 0.20, 0.60), 1980: (0.18, 0.22, 0.60)}
LATER_WEIGHTS = (0.18, 0.10, 0.72)
RARE = ("䶮", "㛃", "𠮷", "喆", "堃", "犇", "燚", "翀")
LONG_MALE = (
    "买买提",
    "阿卜杜拉",
    "艾合买提",
    "吐尔逊",
    "阿不都热合曼",
    "玉素甫",
    "艾力",
    "克里木",
    "伊斯马伊力",
)
LONG_FEMALE = ("古丽娜尔", "阿依古丽", "帕提古丽", "热依汗", "米日古丽", "迪丽拜尔", "布合丽且木", "祖丽皮亚")
MISHEARD = dict(
    zip(
        "伟静丽军明红华艳娟英浩轩涛志建婷佳欣宇俊晓鹏玲雪梅国文海萍强",
        "炜净莉君铭宏桦燕鹃瑛皓萱滔智健亭嘉新雨骏小朋铃学玫帼雯凯平墙",
        strict=True,
    )
)
TRADITIONAL = dict(
    zip(
        "伟军丽华国张陈刘杨赵吴孙马云龙凤兰玲强东红建荣贵风飞",
        "偉軍麗華國張陳劉楊趙吳孫馬雲龍鳳蘭玲強東紅建榮貴風飛",
        strict=True,
    )
)
LOOK_ALIKE = dict(
    zip(
        "伟静丽军明红娟浩涛志建婷佳欣俊晓鹏玲梅国海强",
        "玮靖俪晖朋江绢洁淘忠健停住欢峻晚鹃铃枚团侮张",
        strict=True,
    )
)


@lru_cache(maxsize=1)
def _surnames() -> tuple[list[str], list[float]]:
    with (DATA / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["surname"] for row in rows], [float(row["weight"]) for row in rows]


@lru_cache(maxsize=1)
def _given() -> dict[tuple[int, str, str], list[str]]:
    with (DATA / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return {(int(r["born_from"]), r["sex"], r["part"]): r["names"].split() for r in csv.DictReader(file)}


def surnames(rng: Rng, size: int) -> Texts:
    """Surnames in proportion to their weights."""
    options, weights = _surnames()
    return choose(rng, options, size, weights)


def given_names(rng: Rng, birth_year: Ints, is_female: Bools) -> Texts:
    """Given names that fit the year of birth and the sex: popular ones, single and combined characters."""
    out = texts([""] * len(birth_year))
    starts = sorted({key[0] for key in _given()})
    bucket = np.searchsorted(starts, birth_year, side="right") - 1
    for position, start in enumerate(starts):
        for sex in ("M", "F"):
            rows = np.flatnonzero((bucket == position) & (is_female == (sex == "F")))
            out[rows] = _group(rng, start, sex, len(rows))
    rare = np.flatnonzero(rng.random(len(out)) < 0.004)
    tails = choose(rng, RARE, len(rare)).tolist()
    out[rare] = texts(
        [name[:1] * (len(name) > 1) + tail for name, tail in zip(out[rare], tails, strict=True)]
    )
    return out


def _group(rng: Rng, start: int, sex: str, size: int) -> Texts:
    drawn = {}
    for part in ("full", "single", "first", "second"):
        options = _given()[(start, sex, part)]
        drawn[part] = texts(options)[weighted(rng, zipf(len(options), 0.55), size)]
    kind = weighted(rng, PART_WEIGHTS.get(start, LATER_WEIGHTS), size)
    two = texts([a + (b if a != b else "") for a, b in zip(drawn["first"], drawn["second"], strict=True)])
    return np.asarray(np.choose(kind, [drawn["full"], drawn["single"], two]), dtype=object)


def long_names(rng: Rng, is_female: Bools) -> Texts:
    """Names of given name · father's name, as several peoples have them."""
    size = len(is_female)
    given = np.where(is_female, choose(rng, LONG_FEMALE, size), choose(rng, LONG_MALE, size))
    father = choose(rng, LONG_MALE, size)
    return texts([f"{a}·{b}" for a, b in zip(given.tolist(), father.tolist(), strict=True)])


def nicknames(seed: int, size: int) -> Texts:
    """Pseudonyms of the public board."""
    rng = stream(seed, "nicknames")
    return texts([f"UU{number:07d}" for number in rng.permutation(9_000_000)[:size].tolist()])


def misheard(name: str) -> str:
    """The name with one character written as a homophone; the name itself if none has a common one."""
    for at in range(len(name) - 1, 0, -1):
        if name[at] in MISHEARD:
            return name[:at] + MISHEARD[name[at]] + name[at + 1 :]
    return name


def slipped(name: str, choice: int) -> str:
    """The name as somebody else wrote it down: by ear, in traditional characters, or misread."""
    if choice % 3 == 0:
        return misheard(name)
    if choice % 3 == 1:
        return "".join(TRADITIONAL.get(character, character) for character in name)
    for at in range(len(name) - 1, 0, -1):
        if name[at] in LOOK_ALIKE:
            return name[:at] + LOOK_ALIKE[name[at]] + name[at + 1 :]
    return name
