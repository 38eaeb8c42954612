"""Waking a worker: a hint through the broker, lost without harm because the rows say what is to be done."""

import logging

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)


def somebody() -> None:
    """Ask some worker to look for due work now."""
    if not settings.WAKE_WORKERS:
        return
    try:
        current_app.send_task("chengfeng.work", retry=False, ignore_result=True)
    except Exception:
        logger.warning("no broker to wake a worker; the sweeper will", exc_info=True)
