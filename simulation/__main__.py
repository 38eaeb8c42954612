"""`python -m simulation fill|run|logins`: the stages of the demo, each of which may be called again."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")
    import django

    django.setup()
    options = parse(arguments)
    {"fill": fill, "run": run, "logins": logins}[options.stage](options)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    stages = parser.add_subparsers(dest="stage", required=True)
    filling = stages.add_parser("fill", help="make merchants, people, catalogue, notes and campaigns")
    filling.add_argument(
        "--data", type=Path, help="folder of the Olist or Tmall files; the demo's own marketplace without it"
    )
    running = stages.add_parser("run", help="send the shoppers through the site, then print the balance sheet")
    running.add_argument("--url", required=True)
    stages.add_parser("logins", help="print a login for each kind of person")
    return parser.parse_args(arguments)


def fill(options: argparse.Namespace) -> None:
    from shops.models import Merchant

    from . import filling, reopening, resettling, state, tmall

    memory, is_empty = state.load(), not Merchant.objects.exists()
    if memory.kind and not is_empty:
        return
    if not is_empty:
        sys.exit("This database holds shops that no finished filling made: make demo RESET=1 begins anew")
    memory = state.State()
    if options.data and tmall.is_here(options.data):
        reopening.fill(options.data, memory)
    elif options.data:
        resettling.fill(options.data, memory)
    else:
        filling.fill(memory, now=datetime.now(UTC))
    memory.save()


def run(options: argparse.Namespace) -> None:
    from . import balance, history, reopening, replay, state

    memory = state.load()
    if memory.kind in ("olist", "tmall"):
        {"olist": replay, "tmall": reopening}[memory.kind].run(options.url, folder=Path(memory.folder))
    else:
        history.run(options.url, now=datetime.now(UTC))
    balance.show(state.load())


def logins(options: argparse.Namespace) -> None:
    from . import state

    for entry in state.load().logins:
        print(f"  {entry['who']:<22} {entry['email']:<24} {entry['password']}")


if __name__ == "__main__":
    main(sys.argv[1:])
