"""Free text: one event told in the words of one platform.

Facts (slots, amounts, parties) belong to the event; phrases, synonyms, order and manner are drawn for each
report, so two reports of one event share facts and seldom sentences.
"""

import re
from collections.abc import Callable

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.randomness import Ints, Rng, Texts, texts
from infra.sandbox.scenarios import Scenario, scenarios

Draw = Callable[[int], int]
TOLD = re.compile("^(反映|举报|投诉|居民反映|家长反映|检查|巡查|来电|求助|咨询|发现|看到|存在)")
POLICE_OPENING = ("报警人称", "群众报警称", "来电称", "报警人：", "", "有人报警，", "电话报警称", "其称")
GRID_OPENING = (
    "网格员巡查发现，",
    "居民反映，",
    "接群众反映，",
    "日常走访中了解到，",
    "入户走访时发现，",
    "",
)
GRID_CLOSING = (
    "网格员已到场核实。",
    "已上报社区。",
    "网格员现场劝导。",
    "已联系相关部门。",
    "正在跟进处理。",
    "",
)
PETITION_OPENING = ("本人系{home}群众", "我是{home}居民", "反映人家住{home}", "信访人反映", "本人住{home}")
PETITION_CLOSING = ("望予以重视。", "恳请领导关注。", "特此反映。", "盼复。", "", "此致敬礼。")
MESSAGE_OPENING = ("尊敬的领导：您好！", "领导好，", "您好，我想反映一个问题。", "书记您好：", "")
MESSAGE_CLOSING = ("谢谢！", "希望得到回复，谢谢。", "望回复。", "老百姓感谢你们。", "")
REWORDED = (  # one way of saying it -> another, as habits differ
    ("没有", "没"),
    ("怀疑", "疑似"),
    ("已经", "已"),
    ("附近", "周边"),
    ("多次", "好几次"),
    ("要求", "请求"),
    ("尽快", "早日"),
    ("影响生活", "给生活造成不便"),
    ("发生争执", "吵了起来"),
    ("发生矛盾", "产生矛盾"),
    ("情绪激动", "情绪不稳"),
    ("监控", "探头"),
    ("左右", "上下"),
    ("请民警", "请警察"),
)


def reworded(text: str, draw: Draw) -> str:
    """The text with some of its common words told differently."""
    chosen = draw(1 << len(REWORDED)) & draw(1 << len(REWORDED))  # a quarter of the pairs
    for at, (usual, other) in enumerate(REWORDED):
        if chosen >> at & 1:
            text = text.replace(usual, other)
    return text


def rows_of(rng: Rng, size: int) -> list[Draw]:
    """One small source of choices for each report: draw(n) gives 0..n-1."""
    table = rng.integers(0, 1 << 30, (size, 24)).tolist()

    def one(values: list[int]) -> Draw:
        left = iter(values)
        return lambda count: next(left) % count

    return [one(values) for values in table]


def _facts(city: City, events: Events, row: int, one: Scenario, draw: Draw) -> dict[str, str]:
    values = {}
    variant = draw(1 << 20)
    for position, (name, options) in enumerate(one.slots.items()):
        ways = options[int(events.slots[row, position]) % len(options)]
        values[name] = ways[(variant >> (3 * position)) % len(ways)]
    organisation = int(events.organisation[row])
    other = str(city.people.name[events.other[row]])
    money = int(events.money[row])
    spoken = f"{money / 10_000:g}万" if money >= 10_000 and money % 1_000 == 0 and variant % 2 else str(money)
    return values | {
        "money": spoken,
        "minutes": str(events.minutes[row]),
        "count": str(events.count[row]),
        "other": (other[0] + "某", other[0] + "某某", other)[variant % 3],
        "fee": str(50 + money % 1_900 // 10 * 10),
        "org": str(city.organisations.short[organisation]) if organisation >= 0 else "该单位",
    }


def _body(one: Scenario, facts: dict[str, str], draw: Draw, details: int) -> tuple[str, list[str], str, str]:
    """Core, some different details, result and request, with the facts filled in."""
    core = one.core[draw(len(one.core))].format(**facts)
    first = draw(len(one.detail))
    picked = [one.detail[(first + step) % len(one.detail)].format(**facts) for step in range(details)]
    result = one.result[draw(len(one.result))].format(**facts)
    return core, picked, result, one.ask[draw(len(one.ask))].format(**facts)


def _before(place: str, core: str) -> str:
    """The place, with a comma where its number would run into the next."""
    return place + "，" if place[-1].isdigit() and core[0].isdigit() else place


def titles(city: City, events: Events, rows: Ints, rng: Rng) -> Texts:
    """A heading for each report, for example of grid events and petitions."""
    out = []
    for row, draw in zip(rows.tolist(), rows_of(rng, len(rows)), strict=True):
        one = scenarios()[int(events.scenario[row])]
        facts = _facts(city, events, row, one, draw)
        head = one.title[draw(len(one.title))].format(**facts)
        place = str(city.places.loose[events.place[row]])
        matter = head if head.endswith("问题") else head + "的问题"
        if head[:2] in ("反映", "咨询", "寻找", "投诉"):
            out.append(head)
        elif one.kind in ("petition", "hazard"):
            out.append((f"{place}{head}", f"关于{place}{matter}", f"{place}存在{matter}", head)[draw(4)])
        else:
            out.append((f"{place}{head}", f"关于{place}{matter}", f"{place}发生{head}", head)[draw(4)])
    return texts(out)


def police(city: City, events: Events, rows: Ints, rng: Rng) -> Texts:
    """What the call taker typed."""
    out = []
    for row, draw in zip(rows.tolist(), rows_of(rng, len(rows)), strict=True):
        one = scenarios()[int(events.scenario[row])]
        facts = _facts(city, events, row, one, draw)
        core, details, result, ask = _body(one, facts, draw, 1 + draw(2))
        opening = POLICE_OPENING[draw(len(POLICE_OPENING))]
        place = _before(str(city.places.loose[events.place[row]]), core)
        where = (f"在{place}，", f"{place}", f"其在{place}，", "")[draw(4)]
        told = "，".join([core, *details][: 2 + draw(2)])
        tail = (f"，{result}。{ask}。", f"，{result}。", f"。{ask}。", f"，{result}，{ask}")[draw(4)]
        out.append(reworded(f"{opening}{where}{told}{tail}", draw))
    return texts(out)


def grid(city: City, events: Events, rows: Ints, rng: Rng) -> Texts:
    """What the grid member wrote."""
    out = []
    for row, draw in zip(rows.tolist(), rows_of(rng, len(rows)), strict=True):
        one = scenarios()[int(events.scenario[row])]
        facts = _facts(city, events, row, one, draw)
        core, details, result, _ = _body(one, facts, draw, 1 + draw(2))
        opening = "" if TOLD.match(core) else GRID_OPENING[draw(len(GRID_OPENING))]
        place = _before((city.places.short, city.places.loose)[draw(2)][events.place[row]], core)
        closing = GRID_CLOSING[draw(len(GRID_CLOSING))]
        out.append(reworded(f"{opening}{place}{core}，{'，'.join(details)}。{result}。{closing}", draw))
    return texts(out)


def _letter(
    city: City,
    events: Events,
    rows: Ints,
    rng: Rng,
    dates: Texts,
    opening: tuple[str, ...],
    closing: tuple[str, ...],
) -> Texts:
    out = []
    for row, date, draw in zip(rows.tolist(), dates.tolist(), rows_of(rng, len(rows)), strict=True):
        one = scenarios()[int(events.scenario[row])]
        facts = _facts(city, events, row, one, draw)
        core, details, result, ask = _body(one, facts, draw, 2 + draw(2))
        village = city.places.village[events.place[row]]
        home = str(city.divisions.village_spoken[village])
        first = opening[draw(len(opening))].format(home=home)
        day = f"{int(date[5:7])}月{int(date[8:10])}日" if draw(2) else "近期"
        place = (city.places.short, city.places.loose)[draw(2)][events.place[row]]
        joint = "" if not first or first[-1] in "！。，：" else "，"
        last = closing[draw(len(closing))]
        out.append(
            reworded(
                f"{first}{joint}{day}在{place}，{core}。{'，'.join(details)}。{result}。{ask}。{last}", draw
            )
        )
    return texts(out)


def petition(city: City, events: Events, rows: Ints, rng: Rng, dates: Texts) -> Texts:
    """What the petitioner wrote or said; `dates` are the days it happened."""
    return _letter(city, events, rows, rng, dates, PETITION_OPENING, PETITION_CLOSING)


def message(city: City, events: Events, rows: Ints, rng: Rng, dates: Texts) -> Texts:
    """A message of the public board; like the real ones it often begins with line breaks and tabs."""
    bodies = _letter(city, events, rows, rng, dates, MESSAGE_OPENING, MESSAGE_CLOSING)
    lead = ("\n\t\t\t\t\t\t\n\t\t\t\t\t\t", "", "\n\t\t\t\t\t\t")
    return texts(
        [lead[at] + body for at, body in zip(rng.integers(0, 3, len(bodies)).tolist(), bodies, strict=True)]
    )


def accident(city: City, events: Events, rows: Ints, rng: Rng, dates: Texts) -> Texts:
    """The brief course of an accident as an official writes it; casualties stand in their own columns."""
    out = []
    for row, date, draw in zip(rows.tolist(), dates.tolist(), rows_of(rng, len(rows)), strict=True):
        one = scenarios()[int(events.scenario[row])]
        facts = _facts(city, events, row, one, draw)
        core, details, result, _ = _body(one, facts, draw, 1 + draw(2))
        when = f"{date[:4]}年{int(date[5:7])}月{int(date[8:10])}日{int(date[11:13])}时{int(date[14:16])}分许"
        organisation = str(city.organisations.name[events.organisation[row]])
        place = str(city.places.short[events.place[row]])
        manner = (
            f"{when}，{organisation}（{place}）",
            f"{when}，位于{place}的{organisation}",
            f"{organisation}{when}",
        )
        end = ("事故原因正在调查。", "善后工作正在进行。", "已成立调查组。", "")[draw(4)]
        out.append(f"{manner[draw(3)]}，{core}，{'，'.join(details)}。{result}。{end}")
    return texts(out)
