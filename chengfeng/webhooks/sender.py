"""Many messages on their way at once: an event loop in a thread of its own, that whoever holds the database feeds."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread

from .posting import Answer, post

RESOLVERS = 64  # threads: a name server that hangs keeps one for longer than its message waits


class Sender:
    """Posts messages beside the thread that asks for it, for the length of a block."""

    def __enter__(self) -> "Sender":
        self.loop = asyncio.new_event_loop()
        self.resolvers = ThreadPoolExecutor(RESOLVERS, "resolve")
        self.loop.set_default_executor(self.resolvers)
        self.thread = Thread(target=self.loop.run_forever, name="webhooks", daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.resolvers.shutdown(wait=False, cancel_futures=True)
        self.loop.close()

    def post(self, url: str, **message) -> Future[Answer]:
        """Post a message as `posting.post` does; the future never fails by what the other side does."""
        return asyncio.run_coroutine_threadsafe(post(url, **message), self.loop)
