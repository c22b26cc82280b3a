"""Organisations with valid credit codes: firms, branches, shops, schools, village collectives."""

from dataclasses import dataclass

import numpy as np

from infra.sandbox.divisions import Divisions
from infra.sandbox.frame import words
from infra.sandbox.identifiers import credit_code
from infra.sandbox.parameters import Params
from infra.sandbox.people import People
from infra.sandbox.places import Places
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts

CORE_FIRST = words(
    "恒 鑫 瑞 德 宏 泰 盛 华 金 中 豫 兴 隆 康 永 万 天 嘉 众 博 正 安 源 信 汇 凯 昌 顺 宇 新"
)
CORE_LAST = words("达 源 盛 通 泰 和 信 丰 隆 茂 诚 升 力 邦 兴 润 远 安 益 航 晟 辰 创 基 禾 康")
TRADES = {  # what a place is called -> what the firm there may be called
    "便民超市": words("商贸 超市"),
    "烟酒店": words("商贸 酒业"),
    "餐馆": words("餐饮管理 餐饮服务"),
    "理发店": words("美容美发 形象设计"),
    "手机店": words("通讯器材 电子科技"),
    "药店": words("医药 大药房"),
    "网吧": words("网络科技 网吧"),
    "快递驿站": words("快递服务 供应链管理"),
    "足疗店": words("健康管理 养生服务"),
    "棋牌室": words("文化娱乐 休闲娱乐"),
    "农贸市场": words("市场管理 农产品"),
    "菜市场": words("市场管理 农产品"),
    "建材市场": words("建材市场管理 商业管理"),
    "集贸市场": words("市场管理 商业管理"),
    "购物广场": words("商业管理 百货"),
    "加工厂": words("食品加工 金属制品 家具"),
    "机械厂": words("机械制造 重工机械"),
    "面粉厂": words("面业 粮油食品"),
    "建材厂": words("建材 新型建材"),
    "纸箱厂": words("包装制品 纸业"),
    "物流园": words("仓储物流 物流"),
    "养殖场": words("农牧 牧业"),
    "工地": words("建筑工程 建设 市政工程 装饰工程 建设集团"),
}
COLLECTIVE = "N2"  # agriculture department, village collective
KIND_HEAD = {
    "firm": "91",
    "branch": "91",
    "shop": "92",
    "cooperative": "93",
    "school": "12",
    "collective": COLLECTIVE,
}


@dataclass(frozen=True)
class Organisations:
    """Parallel arrays. `parent` is -1 or the position of the head office."""

    kind: Texts
    name: Texts
    short: Texts  # what people call it
    code: Texts
    place: Ints
    parent: Ints
    head: Ints  # legal representative, a position in People
    contact: Ints
    by_place_kind: dict[str, Ints]


def build(params: Params, d: Divisions, places: Places, people: People) -> Organisations:
    """One organisation at each shop, market, school, factory and site, one collective a rural village."""
    rng = stream(params.seed, "organisations")
    rows: list[tuple[str, str, str, int, int]] = []
    used: set[str] = set()
    firms: list[int] = []
    for kind in ("factory", "site", "shop", "market", "school"):
        for place in places.by_kind[kind].tolist():
            county = str(d.county_name[d.township_county[d.village_township[places.village[place]]]])
            row = _one(rng, kind, place, county, d, places, rows, firms, used)
            if row[0] == "firm":
                firms.append(len(rows))
            rows.append(row)
    for village in np.flatnonzero(~d.is_urban).tolist():
        township = d.village_township[village]
        county = str(d.county_name[d.township_county[township]])
        short = f"{d.village_spoken[village]}股份经济合作社"
        name = f"{county}{d.township_name[township]}{short}"
        rows.append(("collective", name, short, int(places.by_kind["park"][village]), -1))
    kinds, names, shorts, where, parents = zip(*rows, strict=True)
    numbers = rng.permutation(90_000_000)[: len(rows)] if len(rows) > 50_000 else _distinct(rng, len(rows))
    at = np.array(where)
    county_of = d.county_code[d.township_county[d.village_township[places.village[at]]]]
    codes = [
        credit_code(KIND_HEAD[k] + c, n) for k, c, n in zip(kinds, county_of, numbers.tolist(), strict=True)
    ]
    place_kind = places.kind[at]
    by_kind = {
        name: np.flatnonzero(place_kind == places.kind[members[0]])
        for name, members in places.by_kind.items()
        if len(members)
    }
    heads = people.adults[rng.integers(0, len(people.adults), (2, len(rows)))]
    return Organisations(
        texts(kinds),
        texts(names),
        texts(shorts),
        texts(codes),
        at,
        np.array(parents),
        heads[0],
        heads[1],
        by_kind,
    )


def _distinct(rng: Rng, size: int) -> Ints:
    return rng.choice(89_999_999, size, replace=False) + 10_000_000


def _one(
    rng: Rng,
    kind: str,
    place: int,
    county: str,
    d: Divisions,
    places: Places,
    rows: list[tuple[str, str, str, int, int]],
    firms: list[int],
    used: set[str],
) -> tuple[str, str, str, int, int]:
    """One organisation at a place: kind, registered name, short name, place, parent."""
    city = d.city.removesuffix("市")
    label = str(places.label[place])
    if kind == "school":
        return "school", f"{county}{label}", label, place, -1
    if kind == "shop" and rng.random() < 0.45:
        core = _core(rng, used)
        return "shop", f"{county}{core}{label}（个体工商户）", f"{core}{label}", place, -1
    if firms and rng.random() < 0.08:
        parent = firms[int(rng.integers(0, len(firms)))]
        return "branch", f"{rows[parent][1]}{county.rstrip('区县市')}分公司", rows[parent][2], place, parent
    trades = next(options for ending, options in TRADES.items() if label.endswith(ending))
    trade = str(choose(rng, trades, 1)[0])
    core = _core(rng, used)
    if label.endswith("养殖场") and rng.random() < 0.5:
        return "cooperative", f"{county}{core}种植养殖农民专业合作社", f"{core}合作社", place, -1
    head = (d.province if rng.random() < 0.3 else city) if rng.random() < 0.8 else county
    form = "股份有限公司" if rng.random() < 0.06 else "有限公司"
    head = head.removesuffix("省") if rng.random() < 0.7 else head
    return "firm", f"{head}{core}{trade}{form}", f"{core}{trade}", place, -1


def _core(rng: Rng, used: set[str]) -> str:
    """A brand of two or three characters; a second firm of one brand stays possible but rare."""
    for _ in range(20):
        first, last = choose(rng, CORE_FIRST, 2).tolist(), str(choose(rng, CORE_LAST, 1)[0])
        core = str(first[0]) + (first[1] if rng.random() < 0.35 and first[1] != first[0] else "") + last
        if core not in used:
            break
    used.add(core)
    return core
