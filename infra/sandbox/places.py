"""Where people live and where things happen: flats, houses, roads, crossings, shops, schools, sites.

The first places are the dwellings, one a household in the same order; public places follow.
"""

from dataclasses import dataclass

import numpy as np

from infra.sandbox.coordinates import moved
from infra.sandbox.divisions import Divisions
from infra.sandbox.frame import words
from infra.sandbox.parameters import Params
from infra.sandbox.randomness import Floats, Ints, Rng, Texts, choose, stream, texts, weighted

ROAD_FIRST = words(
    "建设 人民 中山 解放 文化 科学 花园 农业 航海 桐柏 嵩山 淮河 颍河 长江 黄河 友谊 胜利 和平 "
    "新华 工农 迎宾 金水 东风 朝阳 振兴 育才 健康 团结 幸福 光明 丰庆 沁河 丹江 玉兰 翠竹 银杏 "
    "香山 瑞达 长椿 冬青"
)
ROAD_LAST = ("路", "路", "路", "街", "大道", "东路", "西路", "南街", "北路", "巷")
ESTATE_FIRST = words(
    "绿城 阳光 锦绣 金色 万和 清华 翰林 盛世 世纪 康桥 正商 鑫苑 建业 亚星 昌建 橄榄 帝湖 御景 "
    "融创 碧水 幸福 和谐 中央 滨河 东方 天明 丽景 怡和 兴隆 永威 名门 瀚海 富田 书香 学府 紫荆 "
    "春晓 五洲 国贸 安泰"
)
ESTATE_LAST = ("花园", "小区", "家园", "苑", "城", "新村", "华庭", "名邸", "公寓", "家属院")
PUBLIC = (  # kind, how many a village has, names
    ("road", 3, ("路段", "慢车道", "公交站旁", "桥下", "路口以东")),
    ("crossing", 2, ("交叉口",)),
    (
        "shop",
        4,
        ("便民超市", "烟酒店", "餐馆", "理发店", "手机店", "药店", "网吧", "快递驿站", "足疗店", "棋牌室"),
    ),
    ("market", 1, ("农贸市场", "菜市场", "建材市场", "集贸市场", "购物广场")),
    ("school", 1, ("小学", "第二中学", "幼儿园", "实验小学", "职业高中")),
    ("factory", 2, ("加工厂", "机械厂", "面粉厂", "建材厂", "纸箱厂", "物流园", "养殖场")),
    ("site", 1, ("安置房工地", "商住楼工地", "道路改造工地", "厂房工地")),
    ("park", 1, ("广场", "游园", "体育公园", "河边步道", "水库")),
)
KINDS = ("estate", "house", *(kind for kind, _, _ in PUBLIC))


@dataclass(frozen=True)
class Places:
    """Parallel arrays. The three tails are the same place told ever more loosely."""

    kind: Ints  # position in KINDS
    village: Ints
    road: Texts
    number: Texts
    estate: Texts
    building: Texts
    unit: Texts
    room: Texts
    group: Texts  # village group
    label: Texts  # what a public place is called
    exact: Texts
    short: Texts
    loose: Texts
    longitude: Floats
    latitude: Floats
    by_kind: dict[str, Ints]


def villages_of(params: Params, divisions: Divisions, households: int) -> Ints:
    """The village of each household; urban ones hold more."""
    rng = stream(params.seed, "villages")
    weights = np.where(divisions.is_urban, 1.6, 0.8) * rng.uniform(0.6, 1.4, len(divisions.village_code))
    return np.sort(weighted(rng, weights, households))


def build(params: Params, divisions: Divisions, village: Ints) -> Places:
    """Dwellings of the households, then the public places of each village."""
    rng = stream(params.seed, "places")
    count = len(divisions.village_code)
    roads = _roads(rng, len(divisions.township_code))
    homes = _dwellings(rng, divisions, village, roads, count)
    public = _public(rng, divisions, roads, count)
    both = {name: np.concatenate([homes[name], public[name]]) for name in homes}
    where, kind = both["village"].astype(np.int64), both["kind"].astype(np.int64)
    spread = np.where(divisions.is_urban[where], 380.0, 700.0)
    angle, radius = rng.random(len(where)) * 2 * np.pi, np.sqrt(rng.random(len(where))) * spread
    lon, lat = moved(
        divisions.longitude[where], divisions.latitude[where], radius * np.cos(angle), radius * np.sin(angle)
    )
    block = _first_of(where, both["estate"], both["building"])  # all flats of a building share its point
    text = {name: both[name] for name in both if name not in ("village", "kind")}
    by_kind = {name: np.flatnonzero(kind == position) for position, name in enumerate(KINDS)}
    return Places(
        kind=kind, village=where, longitude=lon[block], latitude=lat[block], by_kind=by_kind, **text
    )


def _first_of(village: Ints, estate: Texts, building: Texts) -> Ints:
    first: dict[tuple[int, object, object], int] = {}
    keys = zip(village.tolist(), estate.tolist(), building.tolist(), strict=True)
    return np.array(
        [at if k[1] is None else first.setdefault(k, at) for at, k in enumerate(keys)], dtype=np.int64
    )


def _roads(rng: Rng, townships: int) -> list[list[str]]:
    names = [a + b for a in ROAD_FIRST for b in dict.fromkeys(ROAD_LAST)]
    order = rng.permutation(len(names)).tolist()
    return [[names[order[(t * 7 + i) % len(order)]] for i in range(8)] for t in range(townships)]


def _dwellings(
    rng: Rng, d: Divisions, village: Ints, roads: list[list[str]], villages: int
) -> dict[str, Texts]:
    names = [a + b for a in ESTATE_FIRST for b in ESTATE_LAST]
    order = rng.permutation(len(names)).tolist()
    size = len(village)
    part = rng.integers(0, 3, size).tolist()
    building, unit = rng.integers(1, 13, size).tolist(), rng.integers(1, 4, size).tolist()
    room = (rng.integers(1, 19, size) * 100 + rng.integers(1, 5, size)).tolist()
    group, house = rng.integers(1, 9, size).tolist(), rng.integers(1, 130, size).tolist()
    number = rng.integers(1, 200, (villages, 3)).tolist()
    rows: list[tuple[object, ...]] = []
    for i, v in enumerate(village.tolist()):
        if d.is_urban[v]:
            estate = names[order[(v * 3 + part[i]) % len(order)]]
            road = roads[int(d.village_township[v])][(v + part[i]) % 8]
            no, b, u, r = number[v][part[i]], building[i], unit[i], room[i]
            tails = (
                f"{road}{no}号{estate}{b}号楼{u}单元{r}室",
                f"{estate}{b}幢{u}单元{r}",
                f"{estate}{b}号楼",
            )
            rows.append((0, v, road, str(no), estate, str(b), str(u), str(r), None, None, *tails))
        else:
            name, g, h = d.village_spoken[v], group[i], house[i]
            tails = (f"{name}{g}组{h}号", f"{name}{g}组{h}号院", f"{name}{g}组")
            rows.append((1, v, None, str(h), None, None, None, None, str(g), None, *tails))
    return _columns(rows)


def _public(rng: Rng, d: Divisions, roads: list[list[str]], villages: int) -> dict[str, Texts]:
    rows: list[tuple[object, ...]] = []
    for v in range(villages):
        near = roads[int(d.village_township[v])]
        own = str(d.village_name[v])[:2]
        for kind, count, labels in PUBLIC:
            drawn = choose(rng, labels, count).tolist()
            turns, numbers = rng.integers(0, 8, count).tolist(), rng.integers(1, 400, count).tolist()
            for label, a, no in zip(drawn, turns, numbers, strict=True):
                road, other = near[a], near[(a + 1 + v % 6) % 8]
                if kind == "crossing":
                    tails = (f"{road}与{other}交叉口", f"{road}{other}路口", f"{road}口")
                elif kind == "road":
                    tails = (f"{road}{no}号门前{label}", f"{road}{no}号附近", f"{road}{label}")
                else:
                    label = own + label
                    tails = (f"{road}{no}号{label}", f"{road}{label}", label)
                rows.append(
                    (KINDS.index(kind), v, road, str(no), None, None, None, None, None, label, *tails)
                )
    return _columns(rows)


def _columns(rows: list[tuple[object, ...]]) -> dict[str, Texts]:
    names = words("kind village road number estate building unit room group label exact short loose")
    return {name: texts(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
