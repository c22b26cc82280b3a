"""What disputes are called in two lists, who mediates them, in which way, and how they end."""

from typing import NamedTuple

from infra.sandbox.city import City
from infra.sandbox.events import Events
from infra.sandbox.randomness import Bools, Ints, Rng, Texts, choose, texts
from infra.sandbox.scenarios import scenarios


class Kind(NamedTuple):
    """One matter in the grid's own list and in the newer list of 17 classes, and who mediates it."""

    grid: str
    newer: str
    committee: str


VILLAGE, PROPERTY = "人民调解委员会", "物业纠纷人民调解委员会"
KINDS = {  # scenario -> kind; other matters are not mediated
    "neighbour_water": Kind("家庭邻里", "邻里", VILLAGE),
    "neighbour_boundary": Kind("家庭邻里", "物权相关", VILLAGE),
    "family": Kind("家庭邻里", "婚恋家庭", "婚姻家庭纠纷人民调解委员会"),
    "wages": Kind("劳动社保", "劳动人事争议", "劳动人事争议调解中心"),
    "property_fee": Kind("物业管理", "合同及相关", PROPERTY),
    "consumer": Kind("经济关系", "合同及相关", "消费纠纷人民调解委员会"),
    "dog_bite": Kind("家庭邻里", "侵权相关", VILLAGE),
    "rent": Kind("房屋租赁", "合同及相关", VILLAGE),
    "medical": Kind("其他矛盾", "侵权相关", "医疗纠纷人民调解委员会"),
    "land": Kind("规划建设", "土地及资源权属", VILLAGE),
    "garbage": Kind("其他矛盾", "侵权相关", VILLAGE),
    "heating": Kind("物业管理", "城乡建设发展", PROPERTY),
    "pension": Kind("劳动社保", "涉民政", VILLAGE),
}
MODES = ("人民调解", "行政调解", "司法调解", "行业调解", "律师调解", "协商和解")
LABOUR_MODES = ("人民调解", "行政调解", "仲裁调解", "劳动人事争议仲裁")
FAILED_MODES = ("人民调解", "行政调解", "诉讼")
AGREEMENTS = (
    "双方当场达成协议，对方支付{money}元，签订人民调解协议书。",
    "经多次上门劝说，双方互相谅解，握手言和。",
    "责任方当场赔礼道歉并赔偿{money}元，当事人表示满意。",
    "双方同意限期整改，{days}日内完成，已回访无反复。",
    "双方达成口头协议，当事人表示不再追究。",
)
FAILURES = (
    "双方分歧较大，未达成协议，已告知依法诉讼。",
    "对方拒绝到场，调解终止，建议通过司法途径解决。",
    "调解{days}次未果，当事人申请仲裁。",
)


def mediators(city: City, events: Events, rows: Ints, rng: Rng) -> Texts:
    """The committee that each dispute is given to: of the village, or of the township for special matters."""
    d = city.divisions
    village = city.places.village[events.place[rows]]
    township = d.township_name[d.village_township[village]].tolist()
    spoken = d.village_spoken[village].tolist()
    is_near = (rng.random(len(rows)) < 0.7).tolist()
    kinds = [KINDS[scenarios()[s].id] for s in events.scenario[rows].tolist()]
    parts = zip(kinds, township, spoken, is_near, strict=True)
    return texts(
        [
            f"{place if kind.committee == VILLAGE and near else office}{kind.committee}"
            for kind, office, place, near in parts
        ]
    )


def mediated(events: Events, rows: Ints, rng: Rng, success: Bools) -> Texts:
    """化解方式 of each dispute."""
    size = len(rows)
    usual = choose(rng, MODES, size, (60, 12, 6, 6, 4, 12)).tolist()
    labour = choose(rng, LABOUR_MODES, size, (4, 3, 2, 1)).tolist()
    failed = choose(rng, FAILED_MODES, size, (6, 2, 2)).tolist()
    is_labour = [scenarios()[s].id == "wages" for s in events.scenario[rows].tolist()]
    return texts(
        [
            (work if labouring else plain) if won else lost
            for work, plain, lost, labouring, won in zip(
                labour, usual, failed, is_labour, success.tolist(), strict=True
            )
        ]
    )


def result(events: Events, rows: Ints, rng: Rng, success: Bools) -> Texts:
    """化解情况 of each dispute: what was agreed, or why nothing was."""
    size = len(rows)
    good, bad = choose(rng, AGREEMENTS, size).tolist(), choose(rng, FAILURES, size).tolist()
    days = rng.integers(2, 8, size).tolist()
    return texts(
        [
            (yes if won else no).format(money=money, days=number)
            for yes, no, won, money, number in zip(
                good, bad, success.tolist(), events.money[rows].tolist(), days, strict=True
            )
        ]
    )
