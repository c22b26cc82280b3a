"""What inspectors find: kind of hazard, what is wrong, what has to be done; the first five are the
options of the scenario production_hazard, in its order."""

from typing import NamedTuple

from infra.sandbox.randomness import Ints, Texts, texts


class Finding(NamedTuple):
    """One thing that an inspection finds."""

    kind: str
    wrong: str
    demand: str
    major: float  # chance that it counts as a major hazard


FINDINGS = (
    Finding("个体防护", "作业人员未佩戴安全帽", "为作业人员配齐劳动防护用品并督促正确佩戴", 0.02),
    Finding(
        "临边防护", "楼层临边、预留洞口未设防护栏杆", "按规范设置防护栏杆和安全网，验收合格后方可作业", 0.12
    ),
    Finding("用电安全", "配电箱未上锁，一闸多机", "配电箱加锁，做到一机一闸一漏一箱", 0.04),
    Finding("危险化学品", "危险化学品与普通物品混存", "按性质分区分库储存，设置警示标志和台账", 0.3),
    Finding("特种设备", "叉车未按期检验仍在使用", "立即停用，检验合格并取得使用登记后方可使用", 0.15),
    Finding("消防安全", "安全出口上锁，疏散通道堆放货物", "立即清理疏散通道，营业期间保持安全出口畅通", 0.2),
    Finding("消防安全", "灭火器压力不足、数量不够", "更换失效灭火器，按规定数量配置并定期检查", 0.03),
    Finding("机械防护", "传动部位未装防护罩", "加装防护罩，未整改前停止使用该设备", 0.06),
    Finding(
        "有限空间", "有限空间作业未先通风、未检测", "严格执行先通风、再检测、后作业，配备呼吸防护用品", 0.35
    ),
    Finding("用电安全", "临时线路私拉乱接，绝缘层破损", "拆除私拉线路，由持证电工重新敷设", 0.08),
    Finding("安全管理", "未建立安全培训台账，新员工未培训上岗", "补齐培训档案，培训考核合格后方可上岗", 0.01),
    Finding("安全管理", "应急预案未备案，未组织演练", "修订并备案应急预案，组织一次演练", 0.01),
)
MANNERS = (
    "现场检查发现：{wrong}，共{count}处。",
    "{wrong}。",
    "经查，该单位{wrong}，涉及{count}处。",
    "检查时{wrong}，负责人在场确认。",
)


def kinds(found: Ints) -> Texts:
    """隐患类型."""
    return texts([FINDINGS[at].kind for at in found.tolist()])


def demands(found: Ints) -> Texts:
    """整改要求."""
    return texts([f"{FINDINGS[at].demand}。" for at in found.tolist()])


def described(found: Ints, manner: Ints, count: Ints) -> Texts:
    """隐患描述, in one of some manners."""
    rows = zip(found.tolist(), manner.tolist(), count.tolist(), strict=True)
    return texts(
        [MANNERS[how % len(MANNERS)].format(wrong=FINDINGS[at].wrong, count=n) for at, how, n in rows]
    )
