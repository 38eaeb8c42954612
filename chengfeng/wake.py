"""Waking a worker: a hint through the broker, lost without harm because the rows say what is to be done.

One wake-up serves everything written so far, so a thread beside the requests sends at most one in every PAUSE.
"""

import logging
import threading
import time

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

PAUSE = 0.05  # seconds
EXPIRES = 10  # seconds: by then the lane has been swept
WORK = "work"  # the lane of whatever has none of its own, served by any worker

_wanted = threading.Event()
_lanes: set[str] = set()
_lock = threading.Lock()
_ringer: threading.Thread | None = None


def somebody(lane: str = WORK) -> None:
    """Ask some worker of a lane to look for due work, now or in a moment."""
    if settings.WAKE_WORKERS:
        _lanes.add(lane)
        _wanted.set()
        _have_a_ringer()


def _have_a_ringer() -> None:
    global _ringer
    with _lock:
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_ring, name="wake", daemon=True)
            _ringer.start()


def _ring() -> None:
    while _wanted.wait():
        _wanted.clear()
        while _lanes:
            _send(_lanes.pop())
        time.sleep(PAUSE)


def _send(lane: str) -> None:
    task, how = "chengfeng.work", {}
    if lane != WORK:
        task, how = "chengfeng.drive", {"args": [lane], "queue": lane, "expires": EXPIRES}
    try:
        current_app.send_task(task, retry=False, ignore_result=True, **how)
    except Exception:
        logger.warning("no broker to wake a worker; the sweeper will", exc_info=True)
