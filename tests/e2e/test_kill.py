"""kill -9 of every part under load: nothing acknowledged is lost or doubled, and the site comes back by itself."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from chengfeng import postgres

from .crowd import Crowd
from .stack import Stack, running, until

BACK_WITHIN = 120.0  # recovery brings every file of the database to the disk, which others may keep busy
HELD = {  # what was acknowledged → how the database counts it, and how often it has effects twice
    "checkout": "SELECT code FROM orders_checkout",
    "payment": "SELECT code FROM orders_payment WHERE state = 'captured'",
    "refund": "SELECT code FROM orders_refund WHERE state = 'done'",
    "top_up": "SELECT code FROM ads_topup WHERE state = 'done' AND code <> %s",
}
UNDONE = """
SELECT 'job ' || kind || ' ' || state FROM chengfeng_job WHERE state IN ('queued', 'running') AND due_at <= now()
UNION ALL SELECT 'outbox ' || topic || ' ' || last_error FROM chengfeng_outboxmessage WHERE delivered_at IS NULL
UNION ALL SELECT 'payment ' || code FROM orders_payment WHERE state = 'pending'
UNION ALL SELECT 'refund ' || code FROM orders_refund WHERE state = 'pending'
UNION ALL SELECT 'top-up ' || code FROM ads_topup WHERE state = 'pending'
"""
FAILED = "SELECT kind, error FROM chengfeng_job WHERE state = 'failed'"
WORKERS = ("worker-1@%h", "worker-2@%h")
LIFE = "SELECT extract(epoch FROM beaten_at) FROM chengfeng_heartbeat WHERE name = 'worker'"


def children(parent: int) -> list[int]:
    """Return the processes that a process has started and that still live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, of = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return found


def service(site: Stack, word: str) -> int:
    """Return the process that the supervisor started with that word in its command, 0 when there is none now."""
    for pid in children(site.supervisor.pid):
        if word.encode() in (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0"):
            return pid
    return 0


def web(site: Stack) -> list[int]:
    return children(service(site, "granian"))[:1]


def web_master(site: Stack) -> list[int]:
    return [service(site, "granian")]


def worker(site: Stack) -> list[int]:
    return [service(site, WORKERS[0])]


def both_workers(site: Stack) -> list[int]:
    return [service(site, name) for name in WORKERS]


def beat(site: Stack) -> list[int]:
    return [service(site, "beat")]


def database(site: Stack) -> list[int]:
    """The postmaster, then everything it has started."""
    postmaster = int((postgres.data_directory(site.root) / "postmaster.pid").read_text().splitlines()[0])
    return [postmaster, *children(postmaster)]


def everything(site: Stack) -> list[int]:
    return [*web(site), *both_workers(site), *beat(site), *database(site)]


ROUND: Sequence[Callable] = (web, worker, beat, database, web_master, both_workers, everything)


def kill(site: Stack, crowd: Crowd, victim: Callable[[Stack], list[int]]) -> float:
    """Kill -9 a part; return the seconds until orders are paid again, both web processes and both workers live."""
    until(lambda: all(victim(site)), f"{victim.__name__} is there to be killed")
    for pid in victim(site):
        with suppress(ProcessLookupError):  # it died with the one before
            os.kill(pid, signal.SIGKILL)
    killed_at, paid = time.time(), crowd.payments

    def is_back() -> bool:
        if crowd.payments <= paid or len(children(service(site, "granian"))) < 2 or not all(both_workers(site)):
            return False
        return float(site.rows(LIFE)[0][0]) > killed_at

    try:
        return until(is_back, f"back after kill -9 of {victim.__name__}", within=BACK_WITHIN)
    except AssertionError as error:
        error.add_note(site.complaints()[-3000:])
        raise


def counted(site: Stack, crowd: Crowd) -> dict[str, object]:
    """Compare what was acknowledged with what is there: by code, events by number."""
    first_top_up = site.rows("SELECT code FROM ads_topup ORDER BY id LIMIT 1")[0][0]
    held = {
        name: sorted(row[0] for row in site.rows(query, *([first_top_up] if "%s" in query else [])))
        for name, query in HELD.items()
    }
    events = dict(site.rows("SELECT kind, count(*) FROM ads_event GROUP BY kind"))
    return held | {kind: events.get(kind, 0) for kind in ("impression", "click")}


def acknowledged(crowd: Crowd) -> dict[str, object]:
    told = crowd.acknowledged
    return {name: sorted(told[name]) for name in HELD} | {kind: len(told[kind]) for kind in ("impression", "click")}


def survive(site: Stack, rounds: Sequence[Callable], *, pause: float, tell: Callable = list) -> dict[str, float]:
    """Kill the parts in turn under load, then hold everything that was promised against what is there.

    Return the seconds that each part took to come back, at most, and how much was acknowledged.
    """
    world = site.world("till")
    with Crowd(site.port, world) as crowd:
        until(lambda: crowd.payments >= 3 or crowd.errors, "the crowd pays")
        took = {}
        for victim in rounds:
            seconds = kill(site, crowd, victim)
            tell([victim.__name__, round(seconds, 1), crowd.payments, crowd.errors])
            took[victim.__name__] = max(seconds, took.get(victim.__name__, 0))
            time.sleep(pause)
    assert crowd.errors == []
    until(lambda: not site.rows(UNDONE), f"nothing left to do: {site.rows(UNDONE)}", within=90)
    assert site.rows(FAILED) == []
    assert counted(site, crowd) == acknowledged(crowd)
    assert site.violations() == ""
    return took | {name: len(codes) for name, codes in crowd.acknowledged.items()} | dict(crowd.statuses)


@pytest.fixture
def site(blueprint, tmp_path) -> Iterator[Stack]:
    """A site of its own."""
    with running(tmp_path / "root", blueprint) as own:
        yield own


def test_nothing_acknowledged_is_lost_when_parts_are_killed(site):
    took = survive(site, ROUND, pause=0.5)
    assert took["payment"] > 20
