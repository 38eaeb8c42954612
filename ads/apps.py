"""The ads room as a Django app."""

from django.apps import AppConfig


class AdsConfig(AppConfig):
    name = "ads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chengfeng import health

        health.parts["auction"] = _auction


def _auction() -> str:
    """Return how the auction of this process is; imported late, for few processes hold any."""
    from . import auction

    return auction.state()
