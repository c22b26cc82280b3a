"""Numbers that pass their check digits: citizen ID (GB 11643), credit code (GB 32100), phones."""

import numpy as np

from infra.sandbox.randomness import Ints, Rng, Texts, texts, weighted

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, positions 9-16 of a credit code
MOBILE = (  # prefixes, the commonest first
    *(138, 139, 150, 151, 158, 159, 187, 188, 135, 136, 137, 186, 185, 156),
    *(155, 130, 131, 132, 189, 180, 153, 133, 177, 199, 198, 166, 178),
)


def id_check(body: str) -> str:
    """The eighteenth character for seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11]


def citizen_ids(rng: Rng, area: Texts, birth: Texts, female: Ints) -> Texts:
    """One distinct valid number a person. `birth` is YYYYMMDD; people of one area, day and sex count on.

    A sequence that would let the number end in 000 is left out: that is the mark of lost precision.
    """
    size = len(area)
    group = {
        key: number for number, key in enumerate(sorted(set(zip(area, birth, female.tolist(), strict=True))))
    }
    start = rng.integers(0, 400, len(group))
    seen = np.zeros(len(group), dtype=np.int64)
    out: list[str] = []
    for position in range(size):
        key = group[(area[position], birth[position], int(female[position]))]
        while True:
            pair = (int(start[key]) + int(seen[key])) % 499 + 1
            seen[key] += 1
            sequence = pair * 2 - (0 if female[position] else 1)
            if sequence % 100:
                break
        body = f"{area[position]}{birth[position]}{sequence:03d}"
        out.append(body + id_check(body))
    return texts(out)


def credit_code(head: str, number: int) -> str:
    """A credit code: eight characters (department, kind, division) and a number for the body."""
    digits = f"{number:08d}"
    check = (11 - sum(int(d) * w for d, w in zip(digits, BODY_WEIGHTS, strict=True)) % 11) % 11
    body = head + digits + ("X" if check == 10 else str(check))
    total = sum(CODE_LETTERS.index(c) * w for c, w in zip(body, CODE_WEIGHTS, strict=True))
    return body + CODE_LETTERS[(31 - total % 31) % 31]


def mobiles(rng: Rng, size: int) -> Texts:
    """Distinct mobile numbers: a permutation of the last eight digits keeps them apart."""
    first = weighted(rng, 1.0 / np.arange(3, len(MOBILE) + 3), size)
    step = int(rng.integers(1, 2_000_000)) * 10 + 7
    last = (np.arange(size, dtype=np.int64) * step + int(rng.integers(0, 10**8))) % 10**8
    return texts([f"{MOBILE[a]}{b:08d}" for a, b in zip(first.tolist(), last.tolist(), strict=True)])


def fixed_lines(rng: Rng, area_code: str, digits: int, size: int) -> Texts:
    """Numbers of the fixed network, with the area code."""
    low = 10 ** (digits - 1)
    return texts([f"{area_code}-{number}" for number in rng.integers(3 * low, 9 * low, size).tolist()])
