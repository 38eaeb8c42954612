"""When a message is tried again: ten attempts over three days, each wait a little longer or shorter by chance."""

import random
from datetime import timedelta

from chengfeng.webhooks.posting import Answer

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1  # of the wait, to either side
LONGEST = timedelta(hours=24)  # that the other side may ask for


def wait_after(retries: int, answer: Answer) -> timedelta | None:
    """Return the wait after so many retries, or None where all are used up.

    Whoever asks to be left alone for longer, with a status that says so, is.
    """
    if retries >= len(WAITS):
        return None
    wait = WAITS[retries] * random.uniform(1 - JITTER, 1 + JITTER)
    asked = answer.retry_after if answer.status in (429, 503) else None
    return max(wait, min(asked, LONGEST)) if asked else wait
