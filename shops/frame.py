"""What every page's frame needs: where we are, and where this person may go."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict:
    """Return the template context of the frame; `access` and `merchant` on console pages."""
    access = getattr(request, "access", None)
    return {"access": access, "merchant": access and access.merchant}
