"""The kernel as a Django app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "chengfeng"
    verbose_name = "Kernel"
    default_auto_field = "django.db.models.BigAutoField"
