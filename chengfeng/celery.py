"""The front door of workers and beat: `celery --app chengfeng.celery`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")
django.setup()

from .broker import app  # noqa: E402, F401 – settings come first
