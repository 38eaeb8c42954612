"""What a campaign may be set to: the rule that each member breaks, said so that a merchant can mend it."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO

from ..models import AdGroup, Campaign, Keyword, Placement
from ..models.campaigns import HIGHEST_ROI, LOWEST_ROI
from .objectives import Creative, Terms, terms

Document = Mapping[str, Any]
Errors = dict[str, Promise | str]

MOST_KEYWORDS = 200  # of a group
MOST_NEGATIVES = 500
MOST_ADS = 1000  # of a group
MOST_SPANS = 50
LONGEST_KEYWORD = 80
LOWEST_AMOUNT = Decimal("0.01")
HIGHEST_AMOUNT = Decimal(10) ** 10
OUT_OF_RANGE = _("An amount from 0.01 to 9,999,999,999.99 is needed.")
PERCENT = range(-99, 901)
IMPRESSIONS = 1000  # that a CPM bid is for
WEEK = re.compile(r"[01]{168}\Z")
BidMode = Campaign.BidMode
CREATIVES = {"products": Creative.PRODUCT, "notes": Creative.NOTE}
BEFORE_GROUPS = frozenset({"products", "notes", "keywords"})  # what a campaign is made with, before it has a group


def broken(document: Document, *, dearest: Decimal | None = None, spent: Decimal = ZERO) -> Errors:
    """Return what is wrong by member; `dearest` is the highest bid of groups and keywords, `spent` that of all days.

    `document` holds every plain member as it would be, and the other members that are to change.
    """
    if document["objective"] not in Campaign.Objective.values:
        return {"objective": _("There is no such objective.")}
    errors: Errors = {}
    for judge in (_named, _objective, _creative, _amounts, _goal, _affordable, _timed, _limits):
        errors = judge(document) | errors
    if dearest and not errors:
        errors |= _own_bids(document, dearest)
    errors |= _total(document, spent)
    for name, value in document.items():
        errors |= _part(name, value)
    return errors


def _named(document: Document) -> Errors:
    name = document["name"] or ""
    if not name.strip() or "\0" in name:
        return {"name": _("Give it a name.")}
    return {"name": _("At most 120 characters.")} if len(name) > 120 else {}


def _objective(document: Document) -> Errors:
    its = terms(document["objective"])
    if not its.is_open:
        return {"objective": its.closed}
    errors: Errors = {}
    if document["bid_mode"] not in its.bid_modes:
        errors["bid_mode"] = _("This objective cannot be bid for in this way.")
    return errors | _placements(document, its)


def _placements(document: Document, its: Terms) -> Errors:
    chosen = set(document["placements"])
    if not chosen:
        return {"placements": _("Choose at least one placement.")}
    if not chosen <= set(its.placements):
        return {"placements": _("This objective is not shown on one of these placements.")}
    return {}


def _amounts(document: Document) -> Errors:
    errors: Errors = {}
    for name in ("bid", "daily_budget", "total_budget", "target_cost"):
        value = document[name]
        if value is not None and (wrong := _amount(value)):
            errors[name] = wrong
    if document["daily_budget"] is None:
        errors["daily_budget"] = _("A daily budget is needed.")
    return errors


def _amount(value: str) -> Promise | str:
    amount = Decimal(value)
    if not amount.is_finite() or not LOWEST_AMOUNT <= amount < HIGHEST_AMOUNT:
        return OUT_OF_RANGE
    return _("At most four decimals.") if amount.as_tuple().exponent < -4 else ""


def _goal(document: Document) -> Errors:
    mode = document["bid_mode"]
    if mode in (BidMode.CPC, BidMode.CPM) and document["bid"] is None:
        return {"bid": _("Manual bidding needs a bid.")}
    if mode == BidMode.TARGET_COST and document["target_cost"] is None:
        return {"target_cost": _("Say what a conversion may cost.")}
    if mode == BidMode.TARGET_ROI and document["target_roi"] is None:
        return {"target_roi": _("Say which ROI is to be reached.")}
    roi = document["target_roi"]
    if roi is not None and not LOWEST_ROI <= Decimal(roi) <= HIGHEST_ROI:
        return {"target_roi": _("A target ROI lies between 0.01 and 100.")}
    if roi is not None and Decimal(roi).as_tuple().exponent < -2:
        return {"target_roi": _("At most two decimals.")}
    return {}


def _affordable(document: Document) -> Errors:
    """A day must pay for at least one of what is bought."""
    if document["daily_budget"] is None:
        return {}
    budget, errors = Decimal(document["daily_budget"]), {}
    if document["bid"] is not None and per_unit(document, Decimal(document["bid"])) > budget:
        errors["daily_budget"] = _("The daily budget must pay for at least one click.")
    if document["bid_mode"] == BidMode.TARGET_COST and Decimal(document["target_cost"] or 0) > budget:
        errors["daily_budget"] = _("The daily budget must pay for at least one conversion.")
    return errors


def per_unit(document: Document, bid: Decimal) -> Decimal:
    """Return the highest price of one click, or of one viewable impression, that a bid means."""
    return bid / IMPRESSIONS if document["bid_mode"] == BidMode.CPM else bid


def _own_bids(document: Document, dearest: Decimal) -> Errors:
    if per_unit(document, dearest) <= Decimal(document["daily_budget"]):
        return {}
    return {"daily_budget": _("The daily budget must pay for at least one click at the bids of groups and keywords.")}


def _total(document: Document, spent: Decimal) -> Errors:
    total = document["total_budget"]
    if total is None or Decimal(total) >= spent:
        return {}
    return {"total_budget": _("%(spent)s of it is spent already.") % {"spent": f"{spent.normalize():f}"}}


def _timed(document: Document) -> Errors:
    errors: Errors = {}
    if document["ends_at"] is not None and document["ends_at"] <= document["starts_at"]:
        errors["ends_at"] = _("The end must be after the start.")
    if not WEEK.match(document["hours"]):
        errors["hours"] = _("The hours of a week are 168 times 0 or 1.")
    elif "1" not in document["hours"]:
        errors["hours"] = _("Choose at least one hour.")
    return errors


def _limits(document: Document) -> Errors:
    cap, errors = document["frequency_cap"], {}
    if cap is not None and not 1 <= cap <= 1000:
        errors["frequency_cap"] = _("Between 1 and 1000 impressions.")
    for name, choices in (("roi_on", Campaign.RoiOn), ("pacing", Campaign.Pacing), ("state", Campaign.State)):
        if document[name] not in choices.values:
            errors[name] = _("There is no such choice.")
    return errors


def _part(name: str, value: Any) -> Errors:
    """Judge a member that is not a column of the campaign, and call it by its last name."""
    kind, last = name.partition(".")[0], name.rpartition(".")[2]
    judges = OF_AD if kind == "ads" else OF_GROUP if kind == "groups" or name in BEFORE_GROUPS else OF_CAMPAIGN
    wrong = judges[last](value) if last in judges else ""
    return {last: wrong} if wrong else {}


def _creative(document: Document) -> Errors:
    """Judge what is advertised by the objective."""
    allowed, errors = terms(document["objective"]).creatives, {}
    for name, value in document.items():
        last = name.rpartition(".")[2]
        if value and last in CREATIVES and CREATIVES[last] not in allowed:
            errors[last] = _("This objective does not advertise these.")
    return errors


def _modifiers(percents: Mapping[str, int]) -> Promise | str:
    if not set(percents) <= set(Placement.values):
        return _("There is no such placement.")
    if any(percent not in PERCENT for percent in percents.values()):
        return _("Between −99 % and +900 %.")
    return ""


def _promotion_days(spans: Iterable[Mapping[str, Any]]) -> Promise | str:
    spans, last = list(spans), date.min.isoformat()
    if len(spans) > MOST_SPANS:
        return _("At most %(most)d promotions.") % {"most": MOST_SPANS}
    for span in spans:
        if span["last_day"] < span["first_day"]:
            return _("The last day cannot be before the first.")
        if span["first_day"] <= last:
            return _("Two promotions share a day.")
        if span["bid_percent"] not in PERCENT or span["budget_percent"] not in PERCENT:
            return _("Between −99 % and +900 %.")
        last = span["last_day"]
    return ""


def _negatives(rows: list[tuple[str, str]]) -> Promise | str:
    if len(rows) > MOST_NEGATIVES:
        return _("At most %(most)d negative keywords.") % {"most": MOST_NEGATIVES}
    return _words(rows)


def _keywords(rows: list[tuple]) -> Promise | str:
    if len(rows) > MOST_KEYWORDS:
        return _("At most %(most)d keywords.") % {"most": MOST_KEYWORDS}
    wrong = next((wrong for _text, _match, bid in rows if bid is not None and (wrong := _amount(bid))), "")
    return wrong or _words(rows)


def _words(rows: Iterable[tuple]) -> Promise | str:
    for text, match, *_bid in rows:
        if not text.strip() or len(text) > LONGEST_KEYWORD or "\0" in text:
            return _("A keyword has 1 to 80 characters.")
        if match not in Keyword.Match.values:
            return _("There is no such match type.")
    return ""


def _group_name(name: str) -> Promise | str:
    return _("A name has 1 to 120 characters.") if not 1 <= len(name.strip()) <= 120 or "\0" in name else ""


def _group_state(state: str) -> Promise | str:
    return "" if state in AdGroup.State.values else _("There is no such choice.")


def _days(days: int | None) -> Promise | str:
    return "" if days is None or 1 <= days <= 365 else _("Between 1 and 365 days.")


def _creatives(codes: list[str]) -> Promise | str:
    return _("At most %(most)d ads.") % {"most": MOST_ADS} if len(codes) > MOST_ADS else ""


def _headline(text: str) -> Promise | str:
    return _("A headline has at most 60 characters.") if len(text) > 60 or "\0" in text else ""


OF_CAMPAIGN: dict[str, Callable] = {
    "modifiers": _modifiers, "promotion_days": _promotion_days, "negatives": _negatives,
}  # fmt: skip
OF_GROUP: dict[str, Callable] = {
    "name": _group_name, "state": _group_state, "exclude_buyers_days": _days, "keywords": _keywords,
    "negatives": _negatives, "products": _creatives, "notes": _creatives,
    "bid": lambda bid: "" if bid is None else _amount(bid),
}  # fmt: skip
OF_AD: dict[str, Callable] = {"headline": _headline}
