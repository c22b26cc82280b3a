"""The public board: messages under a pseudonym, and the office's answer (feed petition.message).

An unanswered message has likes and dislikes, an answered one the reply and its time: the two layouts in which
the board is exported.
"""

import numpy as np

from infra.sandbox import narratives
from infra.sandbox.city import City, adults_near
from infra.sandbox.events import Events
from infra.sandbox.feeds.common import dates, empty, marks, stacked, times, version
from infra.sandbox.feeds.feed import Feed
from infra.sandbox.frame import DAY, Frame, constant, fill
from infra.sandbox.noise import padded, slashed
from infra.sandbox.plan import Plan, record_numbers
from infra.sandbox.randomness import Ints, Rng, Texts, choose, stream, texts

COLUMNS = (
    "留言编号",
    "留言用户",
    "留言主题",
    "留言时间",
    "留言详情",
    "反对数",
    "点赞数",
    "答复意见",
    "答复时间",
)
HOT = 0.12  # share of messages whose matter others write about too
REPLIES = (
    "您好！您反映的问题已收悉，现答复如下：经{office}现场核实，{done}。感谢您的监督。",
    "网友您好：收到留言后，{office}高度重视，{done}。如有疑问请拨打12345。",
    "尊敬的网民：针对您反映的情况，{office}已安排人员调查，{done}。",
)
OFFICES = ("属地街道办事处", "市城管局", "市住建局", "市人社局", "市场监管所", "派出所", "生态环境分局")
DONE = (
    "问题属实，已责令限期整改",
    "目前已处理完毕",
    "正在协调有关单位推进",
    "未发现您反映的情况",
    "已列入年度计划",
)


def build(city: City, events: Events, plan: Plan) -> Frame:
    """The messages about the events of one day and their answers on later days."""
    rng = stream(city.params.seed, "message", events.day)
    rows, at = plan.rows["message"], plan.at["message"]
    if len(rows) == 0:
        return empty(COLUMNS)
    rows, at, writer, numbers = _with_neighbours(city, events, rng, rows, at, plan.number["message"][rows])
    size = len(rows)
    values = {
        "留言编号": numbers,
        "留言用户": texts([f"UU{(person * 7919 + 104_729) % 10_000_019:07d}" for person in writer.tolist()]),
        "留言主题": narratives.titles(city, events, rows, rng),
        "留言时间": times(city, at),
        "留言详情": narratives.message(city, events, rows, rng, dates(city, events.at[rows])),
        "反对数": texts([str(n) for n in rng.geometric(0.75, size) - 1]),
        "点赞数": texts([str(n) for n in rng.geometric(0.35, size) - 1]),
    }
    first = fill(size, COLUMNS, values) | marks(events, rows, at, "writer", writer)
    answered = np.flatnonzero(rng.random(size) < 0.7)
    days = at[answered] // DAY + rng.integers(2, 25, len(answered))
    when = days * DAY + rng.integers(9 * 3600, 17 * 3600, len(answered))
    offices, done = choose(rng, OFFICES, len(answered)).tolist(), choose(rng, DONE, len(answered)).tolist()
    forms = choose(rng, REPLIES, len(answered)).tolist()
    reply = [
        form.format(office=office, done=end) for form, office, end in zip(forms, offices, done, strict=True)
    ]
    none = constant(None, len(answered))
    changes = {"反对数": none, "点赞数": none, "答复意见": texts(reply), "答复时间": times(city, when)}
    return stacked([first, version(first, answered, when, **changes)])


def _with_neighbours(
    city: City, events: Events, rng: Rng, rows: Ints, at: Ints, numbers: Texts
) -> tuple[Ints, Ints, Ints, Texts]:
    """Rows, times, writers and numbers, with the messages that neighbours write about the hot matters."""
    more = np.where(rng.random(len(rows)) < HOT, rng.geometric(0.45, len(rows)), 0)
    extra = np.repeat(rows, more)
    later = np.repeat(at, more) + rng.integers(600, 6 * DAY, len(extra))
    neighbour = adults_near(city, rng, city.places.village[events.place[extra]])
    fresh = record_numbers(city, events, "message", extra, later, len(rows) + np.arange(len(extra)))
    return (
        np.concatenate([rows, extra]),
        np.concatenate([at, later]),
        np.concatenate([events.person[rows], neighbour]),
        np.concatenate([numbers, fresh]),
    )


FEED = Feed(
    name="petition.message",
    key="留言编号",
    columns=COLUMNS,
    build=build,
    habits=(
        ("留言时间", slashed, 0.6),
        ("答复时间", slashed, 0.6),
        ("留言主题", padded, 0.05),
        ("留言用户", padded, 0.02),
    ),
)
