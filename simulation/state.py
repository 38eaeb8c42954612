"""What the simulation keeps between its stages: keys of the merchants it plays, logins, and how far it came."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings


@dataclass
class State:
    """The memory of one filled marketplace; `tokens` maps merchant slugs to API tokens."""

    kind: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    logins: list[dict[str, str]] = field(default_factory=list)
    folder: str = ""
    first_day: str = ""
    days_done: int = 0
    is_over: bool = False
    truth: dict[str, float] = field(default_factory=dict)

    def save(self) -> None:
        path = place()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self), indent=1))
        fresh.chmod(0o600)
        fresh.replace(path)


def load() -> State:
    return State(**json.loads(place().read_text())) if place().exists() else State()


def place() -> Path:
    """Return where the memory of the configured database lies."""
    return settings.VAR_DIR / "simulation" / f"{settings.DATABASES['default']['NAME']}.json"
