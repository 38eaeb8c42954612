"""The events that endpoints can be told of: what each says, in which version, and where to ask for more.

Messages hold codes, states and times, never what somebody is called or where somebody lives: the program asks the API,
with a token that may know.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its name, which is the outbox's topic as well, what it means and the members of its data.

    `asks` names the address of the API that tells more, and the members that its path takes.
    """

    name: str
    title: str | Promise
    members: Mapping[str, str | Promise]
    asks: tuple[str, ...] = ()
    version: int = 1

    @property
    def shape(self) -> dict[str, str | Promise]:
        """What the data holds, by name: with the merchant, and with the address to ask."""
        address = {"url": _("Address of the API that tells more")} if self.asks else {}
        return {"merchant": _("Code of the merchant"), **self.members, **address}

    def data(self, told: Mapping[str, object]) -> dict[str, object]:
        """Return the data of what the outbox tells; members that it does not know are left out."""
        data = {name: told[name] for name in self.shape if name in told}
        if self.asks and all(name in told for name in self.asks[1:]):
            path = reverse(self.asks[0], args=[told[name] for name in self.asks[1:]])
            data["url"] = f"{settings.BASE_URL}{path}"
        return data


ORDER = {"order": _("Code of the order")}
OF_ORDER = ("orders:api_order", "order")
PAYOUT = {"payout": _("Code of the payout")}
CAMPAIGN = {"campaign": _("Code of the campaign")}

EVENTS: dict[str, Event] = {
    event.name: event
    for event in (
        Event("order.paid", _("An order is paid"), ORDER, OF_ORDER),
        Event("order.deposit", _("The deposit of a presale is paid"), ORDER, OF_ORDER),
        Event("order.shipped", _("A parcel has left"), ORDER | {"shipment": _("Code of the parcel")}, OF_ORDER),
        Event("order.refunded", _("Money was given back"), ORDER | {"refund": _("Code of the refund")}, OF_ORDER),
        Event(
            "case.moved", _("A case after the sale moved on"),
            {"case": _("Code of the case"), **ORDER, "state": _("Where the case is now")}, ("orders:api_case", "case"),
        ),
        Event("settlement.paid_out", _("A payout was made"), PAYOUT, ("orders:api_statements",)),
        Event("settlement.came_back", _("A payout came back from the bank"), PAYOUT, ("orders:api_statements",)),
        Event(
            "settlement.bank_account", _("The bank account for payouts was changed"),
            {"bank_account": _("Code of the bank account")},
        ),
        Event("wallet.low", _("The advertising wallet runs low"), {}, ("ads:api_wallet",)),
        Event(
            "grant.expires", _("An advertising grant expires soon"),
            {"grant": _("Code of the grant"), "left": _("Amount that is left"), "until": _("Day on which it ends")},
            ("ads:api_wallet",),
        ),
        Event(
            "ads.campaign.eligibility_changed", _("A campaign began or stopped serving, budgets included"),
            CAMPAIGN | {"obstacles": _("Why it does not serve; none: it serves"), "was": _("The same, before"),
                        "at": _("When this was found")},
            ("ads:api_campaign_eligibility", "campaign"),
        ),
        Event(
            "ads.creative.reviewed", _("An ad’s headline was reviewed"),
            CAMPAIGN | {"ad": _("Code of the ad"), "review": _("The verdict: approved or rejected")},
            ("ads:api_ad", "ad"),
        ),
        Event(
            "traffic.competitor", _("Devices of other shops clicked on ads"),
            {"clicks": _("Clicks in 24 hours, none of them charged"), "devices": _("How many devices")},
            ("ads:api_traffic",),
        ),
        Event(
            "report.anomaly", _("Numbers of the day are far from usual"),
            {"day": _("Local day of the shop"), "anomalies": _("Codes of what was found")}, ("reports:api_anomalies",),
        ),
        Event(
            "report.ready", _("A report is ready"),
            {"run": _("Code of the run"), "report": _("Name of the report"), "url": _("Address of the files")},
        ),
    )
}  # fmt: skip
