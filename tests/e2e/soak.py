"""The kill test for as long as one likes: `python -m tests.e2e.soak [ROUNDS]`, random parts, one line per round."""

import json
import os
import random
import sys
import tempfile
from pathlib import Path

from tests import migrated

from . import stack
from .test_kill import ROUND, survive


def main(rounds: int) -> None:
    victims = [random.choice(ROUND) for _ in range(rounds)]
    with tempfile.TemporaryDirectory() as directory:
        blueprint = Path(directory) / "blueprint"
        blueprint.mkdir()
        stack.prepare(blueprint, migrated.dump())
        with stack.running(Path(directory) / "site", blueprint) as site:
            print(json.dumps(survive(site, victims, pause=2.0, tell=print)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
