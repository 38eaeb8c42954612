"""What a promotion gives, in plain words: short for a badge, whole for a merchant who wants to be sure."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengfeng.templatetags.frame import DASH, percent, short_money, text

from .models import Promotion

Benefit, Kind = Promotion.Benefit, Promotion.Kind


def short(promotion: Promotion, *, units: int = 0) -> str:
    """Return what is given, and from which value of goods: `Spend CN¥200, save CN¥30`.

    `units` is how many pieces make up a bundle.
    """
    said = {
        "amount": short_money(promotion.amount, promotion.currency),
        "from": short_money(promotion.threshold, promotion.currency),
        "cap": short_money(promotion.cap, promotion.currency),
        "percent": _percent(promotion.percent),
        "units": units,
    }
    return _pattern(promotion) % said


def whole(promotion: Promotion, *, products: int = 0, units: int = 0) -> str:
    """Return the rule with all that narrows it down; `products` is how many it is for, 0 for all of them."""
    said = short(promotion, units=units)
    limits = _("; ").join(_limits(promotion, products))
    return _("%(rule)s; %(limits)s.") % {"rule": said, "limits": limits} if limits else _("%(rule)s.") % {"rule": said}


def _pattern(promotion: Promotion) -> str:
    if promotion.kind == Kind.BUNDLE:
        return _bundle(promotion)
    return _from_value(promotion) if promotion.threshold else _plain(promotion)


def _bundle(promotion: Promotion) -> str:
    return {
        Benefit.PRICE: _("%(units)s pieces together for %(amount)s"),
        Benefit.FIXED: _("%(units)s pieces together, save %(amount)s"),
        Benefit.PERCENT: _("%(units)s pieces together, %(percent)s off"),
    }.get(promotion.benefit, DASH)


def _from_value(promotion: Promotion) -> str:
    if promotion.benefit == Benefit.FIXED:
        if promotion.repeats:
            return _("Save %(amount)s for every %(from)s spent")
        return _("Spend %(from)s, save %(amount)s")
    if promotion.benefit == Benefit.PERCENT:
        if promotion.cap:
            return _("Spend %(from)s, get %(percent)s off, at most %(cap)s")
        return _("Spend %(from)s, get %(percent)s off")
    return _("Free shipping from %(from)s")


def _plain(promotion: Promotion) -> str:
    if promotion.benefit == Benefit.FIXED:
        return _("%(amount)s off")
    if promotion.benefit == Benefit.PERCENT:
        return _("%(percent)s off, at most %(cap)s") if promotion.cap else _("%(percent)s off")
    return _("Free shipping")


def _limits(promotion: Promotion, products: int) -> Iterator[str]:
    if products and promotion.kind != Kind.BUNDLE:
        yield ngettext("on %(n)s chosen product", "on %(n)s chosen products", products) % {"n": products}
    if promotion.category:
        yield _("on products in %(category)s") % {"category": text(promotion.category, "name")}
    if promotion.word:
        yield _("with the word %(word)s") % {"word": promotion.word}
    if promotion.new_customers_only:
        yield _("for new customers")
    if promotion.per_shopper:
        often = ngettext("once per shopper", "at most %(n)s times per shopper", promotion.per_shopper)
        yield often % {"n": promotion.per_shopper}
    if promotion.limit:
        yield ngettext("once in all", "at most %(n)s times", promotion.limit) % {"n": promotion.limit}
    if promotion.budget:
        yield _("until %(budget)s is given away") % {"budget": short_money(promotion.budget, promotion.currency)}


def _percent(percents: Decimal | None) -> str:
    return percent(None if percents is None else percents / 100)
