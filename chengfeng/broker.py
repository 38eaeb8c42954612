"""The Celery app, configured in every process that sets Django up, so that each can wake a worker."""

from queue import Empty

from celery import Celery
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem


class Channel(filesystem.Channel):
    """A folder of messages, one of which may be taken before it is written whole: a wake-up lost without harm."""

    def _get(self, queue):
        try:
            return super()._get(queue)
        except (ValueError, ChannelError) as error:
            raise Empty from error


class Transport(filesystem.Transport):
    """Kombu's folder of messages, borne by workers that share it."""

    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"

app = Celery("chengfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks(["chengfeng"])
