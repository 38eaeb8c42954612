"""The Celery app, configured in every process that sets Django up, so that each can wake a worker."""

from celery import Celery

app = Celery("chengfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks(["chengfeng"])
