"""What the simulation keeps between its stages: keys of the merchants it plays, logins, and how far it came."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "var" / "simulation" / "state.json"


@dataclass
class State:
    """The memory of one filled marketplace; `tokens` maps merchant slugs to API tokens."""

    kind: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    logins: list[dict[str, str]] = field(default_factory=list)
    folder: str = ""
    first_day: str = ""
    days_done: int = 0
    truth: dict[str, float] = field(default_factory=dict)

    def save(self) -> None:
        PATH.parent.mkdir(parents=True, exist_ok=True)
        fresh = PATH.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1))
        fresh.chmod(0o600)
        fresh.replace(PATH)


def load() -> State:
    return State(**json.loads(PATH.read_text())) if PATH.exists() else State()


def forget() -> None:
    PATH.unlink(missing_ok=True)
