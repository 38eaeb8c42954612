"""An audience in words: who is in it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengfeng.templatetags.frame import text

from ..models import Audience, Behaviour


def who(audience: Audience) -> str:
    """Say in one line what people did, with what, and when."""
    did = " / ".join(str(Behaviour.Kind(kind).label) for kind in audience.kinds)
    said = {"did": did, "what": _what(audience), "days": audience.days}
    return _("%(did)s · %(what)s · last %(days)d days") % said


def _what(audience: Audience) -> str:
    if audience.category:
        return text(audience.category, "name")
    if number := len(audience.products.all()):
        return ngettext("%(number)d product", "%(number)d products", number) % {"number": number}
    return _("any product")
