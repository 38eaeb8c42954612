"""What a reader asks of a season: which days, which currency, where cohorts are cut, and which ROI is a good one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..measuring.periods import Days
from . import keeping
from .models import Season

LONGEST = 92
GOAL = Decimal(8)
CUTS = (Decimal(10_000_000), Decimal(1_000_000), Decimal(100_000), Decimal(10_000))
SCALE = {
    "CNY": Decimal(1), "JPY": Decimal(10), "KRW": Decimal(100), "VND": Decimal(1000), "IDR": Decimal(1000),
}  # fmt: skip  # how the usual cuts fit a currency; any other is worth some ten times the yuan
MOST_CUTS = 8
LOWEST, HIGHEST = Decimal("0.01"), Decimal(10) ** 13
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A season, or days of one's own, with those they are compared with; `today` is the latest of the merchants'."""

    days: Days
    year: Days
    today: date
    currency: str
    cuts: tuple[Decimal, ...]
    goal: Decimal
    season: Season | None = None
    last_season: Season | None = None

    @property
    def has_begun(self) -> bool:
        return self.days.first <= self.today

    @property
    def is_running(self) -> bool:
        return self.days.first <= self.today <= self.days.last

    @property
    def so_far(self) -> Days:
        """The days that have begun."""
        return Days(self.days.first, min(self.days.last, max(self.today, self.days.first)))

    @property
    def year_so_far(self) -> Days | None:
        """The days of last year that are compared: those as far from the last one; None where none is so early."""
        last = self.year.last - (self.days.last - self.so_far.last)
        return Days(self.year.first, last) if last >= self.year.first else None

    @property
    def before(self) -> Days:
        """As many days as have begun, just before the season."""
        return self.so_far.before

    @property
    def opening(self) -> date:
        return self.season.opening if self.season else self.days.first

    @property
    def last_opening(self) -> date:
        """The day of last year that the opening is compared with."""
        return self.last_season.opening if self.last_season else self.year.first + (self.opening - self.days.first)


def usual_cuts(currency: str) -> tuple[Decimal, ...]:
    """Return where cohorts are cut in a currency unless a reader says otherwise."""
    scale = SCALE.get(currency, Decimal("0.1"))
    return tuple(cut * scale for cut in CUTS)


class CutsField(forms.CharField):
    """Amounts from the highest to the lowest, written with spaces or commas between."""

    def clean(self, value: str) -> tuple[Decimal, ...]:
        try:
            given = [Decimal(part) for part in super().clean(value).replace(",", " ").split()]
        except InvalidOperation:
            raise ValidationError(_("Give amounts such as 1000000 100000 10000.")) from None
        if any(not cut.is_finite() or not LOWEST <= cut < HIGHEST for cut in given) or len(given) > MOST_CUTS:
            raise ValidationError(_("Give at most 8 amounts above zero."))
        cuts = sorted(set(given), reverse=True)
        return tuple(cuts)


class AskForm(forms.Form):
    """The query of a season's page; `from` is no Python name, so fields of days are set by name."""

    season = forms.CharField(required=False, max_length=24, widget=forms.Select)
    currency = forms.CharField(required=False, max_length=3, widget=forms.Select)
    cuts = CutsField(label=_("Cohorts from a turnover of"), required=False, max_length=160)
    goal = forms.DecimalField(
        label=_("A good ROI is above"), required=False, min_value=0, max_digits=8, decimal_places=2
    )

    def __init__(self, *args, seasons: Sequence[Season], currencies: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.seasons, self.currencies = {season.code: season for season in seasons}, currencies
        for name, label in (("from", _("From")), ("to", _("To"))):
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.DateField(label=label, required=False, widget=widget)

    def hint(self, asked: Asked) -> None:
        """Show in empty fields what holds without them."""
        self.fields["cuts"].widget.attrs["placeholder"] = " ".join(f"{cut.normalize():f}" for cut in asked.cuts)
        self.fields["goal"].widget.attrs["placeholder"] = f"{asked.goal.normalize():f}"

    def clean_season(self) -> Season | None:
        code = self.cleaned_data["season"]
        if code and code not in self.seasons:
            raise ValidationError(_("There is no such season."))
        return self.seasons.get(code)

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"]
        if code and code not in self.currencies:
            raise ValidationError(_("Nothing is sold in this currency."))
        return code or self.currencies[0]

    def clean(self) -> dict:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if bool(first) != bool(last) and not {"from", "to"} & set(self.errors):
            self.add_error("to" if first else "from", _("Give both the first day and the last."))
        elif first and last and first > last:
            self.add_error("to", _("The last day is before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("from", _("At most 92 days make a season."))
        elif first and first.year < 1971:
            self.add_error("from", _("This is too long ago."))
        return self.cleaned_data


def ask(query: Mapping[str, str], *, currencies: Sequence[str], today: date) -> tuple[Asked | None, AskForm]:
    """Return what a query asks with its form; None where nothing can be answered, the form or no season saying why.

    `currencies` are those to choose from, the usual one first, and never none.
    """
    form = AskForm(query, seasons=keeping.listed(), currencies=currencies)
    if not form.is_valid():
        return None, form
    given = form.cleaned_data
    own = Days(given["from"], given["to"]) if given["from"] else None
    season = None if own else given["season"] or keeping.current(today=today)
    if not own and not season:
        return None, form
    days = own or season.days
    year, last_season = keeping.days_a_year_before(season, days)
    found = Asked(
        days=days, year=year, today=today, currency=given["currency"],
        cuts=given["cuts"] or usual_cuts(given["currency"]), goal=GOAL if given["goal"] is None else given["goal"],
        season=season, last_season=last_season,
    )  # fmt: skip
    form.hint(found)
    return found, form
