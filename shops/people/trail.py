"""What the audit trail tells: a merchant's entries, newest first, by person, action or target."""

from django.db.models import Q, QuerySet

from ..tenancy import own
from .models import AuditEntry, Merchant


def entries(merchant: Merchant, *, person: str = "", verb: str = "", target: str = "") -> QuerySet[AuditEntry]:
    """Return the entries of a merchant, newest first.

    `person` is found in names and addresses of people and in names of tokens, `verb` at the start of the action,
    `target` is a code.
    """
    found = own(AuditEntry, merchant).select_related("actor", "token", "delegation__delegate").order_by("-number")
    if person:
        by_person = Q(actor__name__icontains=person) | Q(actor__email__icontains=person)
        found = found.filter(by_person | Q(token__name__icontains=person))
    if verb:
        found = found.filter(verb__istartswith=verb)
    if target:
        found = found.filter(target=target)
    return found


def verbs(merchant: Merchant) -> list[str]:
    """Return the actions that occur in a merchant's trail, by name."""
    return list(own(AuditEntry, merchant).order_by("verb").values_list("verb", flat=True).distinct())
