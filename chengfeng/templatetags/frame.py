"""Template tags of the frame: icons, localised numbers and texts, links that keep the query, state colours."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache, partial

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent
from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

register = template.Library()

DASH = "–"
COLOURS = {
    "success": "valid paid_out approved active done delivered published open captured succeeded accepted ok serving"
    " success",
    "warning": "held prepared sending pending draft onboarding queued awaiting_payment paused"
    " warning partially_shipped",
    "info": "used authorised paid running shipped live info partially_refunded",
    "danger": "dead disabled returned failed suspended rejected error refused expired danger",
    "secondary": "voided left_out archived cancelled withdrawn released taken refunded revoked debug",
}
COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states.split()}
CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def locale() -> str:
    """Return the active language as Babel names it."""
    return to_locale(get_language() or settings.LANGUAGE_CODE)


@cache
def drawing(name: str) -> str:
    """Return what lies between the `<svg>` tags of an outline icon; raises LookupError for an unknown name."""
    path = settings.ICONS_DIR / f"{name}.svg"
    if not path.is_file():
        raise LookupError(f"there is no icon named {name!r}")
    return path.read_text().partition("<svg")[2].partition(">")[2].removesuffix("\n").removesuffix("</svg>").strip()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon; it only decorates, so it is hidden from screen readers."""
    return mark_safe(
        f'<svg class="icon {classes}" aria-hidden="true" focusable="false" width="24" height="24" viewBox="0 0 24 24" '
        'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        f"{drawing(name)}</svg>"
    )


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount with its currency; ad prices below the smallest coin keep their decimals."""
    if amount is None:
        return DASH
    return format_currency(Decimal(amount).normalize(), currency, locale=locale(), decimal_quantization=False)


def short_money(amount: Decimal | None, currency: str) -> str:
    """Write an amount as badges do, a round one without its coins: CN¥200, CN¥9.90."""
    if amount is None or amount % 1:
        return money(amount, currency)
    pattern = Locale.parse(locale()).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, currency, pattern, locale=locale(), currency_digits=False)


@register.filter
def text(thing: object, name: str) -> str:
    """Return `thing.name`, or `thing.name_en` to readers of English; either fills in for the other, keys do as well."""
    both = thing.get if isinstance(thing, Mapping) else partial(getattr, thing)
    plain, english = both(name), both(f"{name}_en")
    return (english or plain) if (get_language() or "").startswith("en") else (plain or english)


@register.filter
def percent(ratio: Decimal | float | None) -> str:
    """Write a ratio as a percentage with at most two decimals."""
    return DASH if ratio is None else format_percent(ratio, format="#,##0.##%", locale=locale())


@register.filter
def count(number: int | None) -> str:
    """Write a whole number with its thousands grouped."""
    return DASH if number is None else format_decimal(number, format="#,##0", locale=locale())


@register.simple_tag(takes_context=True)
def query(context, **changes) -> str:
    """Return the current query string with some parameters set; None or an empty value removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.filter
def state_colour(state: str) -> str:
    """Return the Bootstrap colour name of a state."""
    return COLOUR_OF.get(str(state), "secondary")


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw the control of a form field in the frame's looks; errors are marked by Django itself."""
    widget = field.field.widget
    kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
    base = "form-check-input" if isinstance(widget, CHECKS) else kind
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{base} {own} {'is-invalid' if field.errors else ''}".strip()})


@register.filter
def shape(field: BoundField) -> str:
    """Return how a field is laid out: `check`, `choices`, or `control`."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "choices" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else "control"


@register.filter
def choice_control(choice: BoundWidget) -> SafeString:
    """Draw one radio button or checkbox of a field with choices."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag(wrap_label=False)


@register.simple_block_tag
def keep(content: str) -> SafeString:
    """Keep what a block renders: `{% keep as name %}…{% endkeep %}`, to show it in several places."""
    return mark_safe(content.strip())
