"""The Celery app: workers that are woken, and a beat that makes one of them sweep."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")

app = Celery("chengfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["chengfeng"])
