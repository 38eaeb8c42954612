"""Where a step is done, and where the fact that ticked it can be seen: addresses by name, as screens meet."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from ..people.rights import Right
from ..tenancy import Access
from .models import Brand, StepDone
from .steps import Step

CONSOLE = {  # step → page of the merchant's console, the right it takes, what is done there
    Step.SHOP: ("shops:settings", Right.CATALOGUE_EDIT, _("Set up the shop")),
    Step.CATALOGUE: ("shops:import_new", Right.CATALOGUE_EDIT, _("Import the catalogue")),
    Step.WALLET: ("ads:wallet", Right.WALLET_FUND, _("Fund the wallet")),
    Step.CAMPAIGN: ("ads:campaign_new", Right.ADS_EDIT, _("Create a campaign")),
    Step.FIRST_ORDER: ("orders:orders", Right.ORDERS_VIEW, _("See the orders")),
}
WORKSPACE = {  # step → page of the brand
    Step.COMPANY: ("shops:ka_company", _("Complete the details")),
    Step.DOCUMENTS: ("shops:ka_papers", _("Upload documents")),
    Step.CONTRACT: ("shops:ka_papers", _("Upload the contract")),
}
FACTS = {  # prefix of a code → page that shows it, and the right it takes
    "ord": ("orders:order", Right.ORDERS_VIEW),
    "cmp": ("ads:campaign", Right.ADS_VIEW),
    "imp": ("shops:import_run", Right.CATALOGUE_VIEW),
    "prd": ("shops:product", Right.CATALOGUE_VIEW),
}
FACTS_WITHOUT_PAGE = {"top": ("ads:wallet", Right.WALLET_VIEW), "mch": ("shops:settings", Right.CATALOGUE_EDIT)}


@dataclass(frozen=True, slots=True)
class Place:
    """A link to where something is done."""

    url: str
    text: str


def place_of(step: Step, brand: Brand, access: Access | None, *, may_work: bool) -> Place | None:
    """Return where a step is done, or None when this person cannot do it."""
    if step in WORKSPACE:
        name, text = WORKSPACE[step]
        query = "?kind=contract" if step == Step.CONTRACT else ""
        return Place(reverse(name, args=[brand.code]) + query, text) if may_work else None
    name, right, text = CONSOLE[step]
    url = access and access.may(right) and address(name, brand.merchant.code)
    return Place(url, text) if url else None


def fact_url(done: StepDone, brand: Brand, access: Access | None) -> str:
    """Return the page of the row that ticked a step; empty when there is none that this person may see."""
    prefix = done.fact.partition("_")[0]
    if prefix == "doc":
        return address("shops:ka_paper", brand.code, done.fact)
    name, right = FACTS.get(prefix) or FACTS_WITHOUT_PAGE.get(prefix) or ("", None)
    if not name or access is None or not access.may(right):
        return ""
    return address(name, brand.merchant.code, *([done.fact] if prefix in FACTS else []))


def address(name: str, *codes: str) -> str:
    """Return the address of a page, empty while no room has it."""
    try:
        return reverse(name, args=codes)
    except NoReverseMatch:
        return ""
