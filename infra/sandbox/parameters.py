"""What the user chooses of a sandbox city, and where its files stand."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from infra.settings import STATE

FOLDER = STATE / "sandbox"


@dataclass(frozen=True)
class Params:
    """One city. The same values give the same bytes."""

    seed: int = 1
    people: int = 3_000
    days: int = 30
    dirt: float = 0.03  # share of delivered rows that are spoiled in one of the ways of data/dirt.csv
    region: str = "4101"  # first four digits of the division code: 3304 4101 4115 4116 4213
    first_day: date = date(2026, 10, 1)
    events_per_1000: float = (
        8.0  # events a day for each 1,000 people: busier than life, so that small cities show
    )
    noise: float = 1.0  # scales the harmless variety (formats, spaces, labels); 0 = canonical text only
    slips: float = 1.0  # scales how often particulars of people are taken down wrongly: names, phones, IDs

    @property
    def last_day(self) -> date:
        """The last day that `generate` writes when it is told no other."""
        return self.first_day + timedelta(days=self.days - 1)

    def day(self, when: date) -> int:
        """0 for the first day of the city."""
        return (when - self.first_day).days


def save(params: Params, current: date, folder: Path = FOLDER) -> None:
    """Write city.json: the parameters and the last day that the outbox holds."""
    folder.mkdir(parents=True, exist_ok=True)
    state = asdict(params) | {"first_day": params.first_day.isoformat(), "current_day": current.isoformat()}
    text = json.dumps(state, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / "city.json").write_text(text, encoding="utf-8")


def load(folder: Path = FOLDER) -> tuple[Params, date]:
    """Parameters and current day of the city in `folder`; FileNotFoundError says how to make one."""
    file = folder / "city.json"
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing: there is no city yet, generate one first")
    state = json.loads(file.read_text(encoding="utf-8"))
    current = date.fromisoformat(state.pop("current_day"))
    names = {field.name for field in fields(Params)}
    values = {name: value for name, value in state.items() if name in names}
    return Params(**(values | {"first_day": date.fromisoformat(state["first_day"])})), current
