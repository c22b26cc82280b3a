"""What a register says of a resident besides name and address: people, marriage, schooling, family."""

import numpy as np

from infra.sandbox.city import City
from infra.sandbox.people import CHILD, GRANDPARENT, HEAD, SECOND_CHILD, SPOUSE
from infra.sandbox.randomness import Rng, Texts, choose

LONG_NAMED = ("05", "17")  # peoples whose names have a dot
OTHERS = ("01", "03", "11", "02", "15")
OTHER_WEIGHTS = (970, 14, 8, 4, 4)


def ethnicity(city: City, rng: Rng) -> Texts:
    """GB/T 3304 (民族); one a household."""
    people = city.people
    size = len(people.name)
    plain = choose(rng, OTHERS, size, OTHER_WEIGHTS)
    dotted = choose(rng, LONG_NAMED, size, (4, 1))
    first = np.searchsorted(people.household, people.household)  # the head of each person's household
    is_dotted = np.array(["·" in name for name in people.name.tolist()], dtype=bool)
    return np.where(is_dotted, dotted[first], plain[first])


def marital_status(city: City, rng: Rng) -> Texts:
    """GB/T 2261.2 (婚姻状况), by age and place in the family."""
    people = city.people
    size = len(people.name)
    has_spouse = np.bincount(people.household)[people.household] > 1
    married = choose(rng, ("20", "21", "22"), size, (70, 25, 5))
    alone = choose(rng, ("10", "40", "30"), size, (4, 4, 2))
    elder = choose(rng, ("20", "30"), size, (1, 2))
    cases = (
        people.age < 20,
        (people.slot == HEAD) & has_spouse | (people.slot == SPOUSE),
        people.slot == GRANDPARENT,
        people.slot == HEAD,
    )
    return np.select(cases, ["10", married, elder, alone], "10").astype(object)


def education(city: City, rng: Rng) -> Texts:
    """GB/T 4658 (学历): what children attend, what adults finished; None for the youngest."""
    age, size = city.people.age, len(city.people.age)
    young = choose(rng, ("14", "21", "31", "41", "61", "71"), size, (3, 20, 25, 10, 22, 20))
    middle = choose(rng, ("21", "31", "61", "71", "81"), size, (8, 12, 25, 45, 10))
    old = choose(rng, ("61", "71", "81", "90"), size, (10, 35, 40, 15))
    cases = (age < 6, age < 12, age < 15, age < 18, age < 40, age < 65)
    found = np.select(cases, ["", "80", "70", "60", young, middle], old).astype(object)
    found[age < 6] = None
    return found


def relation_to_head(city: City) -> Texts:
    """GB/T 4761 (家庭关系) to the head of the household."""
    slot, is_female = city.people.slot, city.people.is_female
    child = (slot == CHILD) | (slot == SECOND_CHILD)
    cases = (slot == HEAD, slot == SPOUSE, child & is_female, child, is_female)
    return np.select(cases, ["02", np.where(is_female, "12", "11"), "30", "20", "52"], "51").astype(object)
