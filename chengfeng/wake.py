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

_wanted = threading.Event()
_lock = threading.Lock()
_ringer: threading.Thread | None = None


def somebody() -> None:
    """Ask some worker to look for due work, now or in a moment."""
    if settings.WAKE_WORKERS:
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
        try:
            current_app.send_task("chengfeng.work", retry=False, ignore_result=True)
        except Exception:
            logger.warning("no broker to wake a worker; the sweeper will", exc_info=True)
        time.sleep(PAUSE)
