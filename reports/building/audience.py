"""Whom reports are for: a shop, by somebody's access to it, or a person, over all shops that are lent to them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import reverse

from chengfeng.periods import local_date
from shops.models import Merchant, User
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, access_of, own, rights_by_merchant

from ..portfolio import lent_to
from .models import ReportRun, SavedReport
from .ready_made import ACROSS, READY_MADE, ReadyMade


class Audience(ABC):
    """Who asks, over which shops of one currency, and which stored reports and runs are theirs."""

    user: User | None
    merchants: Sequence[Merchant]
    currency: str
    zone: str
    frame: str  # the template that its pages extend
    is_portfolio = False
    ready_made: Mapping[str, ReadyMade] = READY_MADE

    @property
    @abstractmethod
    def owner(self) -> dict[str, Any]:
        """The fields by which stored rows are theirs."""

    @abstractmethod
    def require(self) -> None:
        """Raise PermissionDenied unless reports may be seen."""

    @abstractmethod
    def rights_at(self, merchant: str) -> Set[str]:
        """Return what its reader may do for one of the shops, named by its code; nothing for any other."""

    @abstractmethod
    def note(self, verb: str, *, target: str, at: datetime, **details: Any) -> None:
        """Write to the audit trails of the shops that it concerns; raises PermissionDenied where a title has ended."""

    @abstractmethod
    def page(self, name: str, *codes: str) -> str:
        """Return the address of one of its pages."""

    @abstractmethod
    def saved(self) -> QuerySet[SavedReport]:
        """Return its stored reports, removed ones too."""

    @abstractmethod
    def runs(self) -> QuerySet[ReportRun]:
        """Return its runs that may be read."""

    @property
    def job_owner(self) -> str:
        """The code that jobs are known by."""
        return self.merchants[0].code

    def left_out(self, report: SavedReport) -> Sequence[Merchant]:
        """Return the shops that were in earlier runs of a report, and that it is not about any more."""
        return []

    def in_currency(self, currency: str) -> "Audience":
        """Return the part of it whose shops have a currency."""
        return self

    def of_run(self, run: ReportRun) -> "Audience":
        """Return whom a run that may be read is for."""
        return self

    def today(self, at: datetime) -> date:
        """Return the day that it is at a moment, in the shop that is the furthest."""
        return max(local_date(at, merchant.time_zone) for merchant in self.merchants)


@dataclass(frozen=True)
class Shop(Audience):
    """The reports of one shop, shared by its members and programs."""

    access: Access

    frame = "reports/base_report.html"

    @property
    def user(self) -> User | None:
        return self.access.user

    @property
    def merchants(self) -> Sequence[Merchant]:
        return [self.access.merchant]

    @property
    def currency(self) -> str:
        return self.access.merchant.currency

    @property
    def zone(self) -> str:
        return self.access.merchant.time_zone

    @property
    def owner(self) -> dict[str, Any]:
        return {"merchant": self.access.merchant}

    def require(self) -> None:
        self.access.require(Right.REPORTS_VIEW)

    def rights_at(self, merchant: str) -> Set[str]:
        return self.access.rights if merchant == self.access.merchant.code else frozenset()

    def note(self, verb: str, *, target: str, at: datetime, **details: Any) -> None:
        record(self.access, verb, target=target, at=at, **details)

    def page(self, name: str, *codes: str) -> str:
        return reverse(f"reports:{name}", args=[self.access.merchant.code, *codes])

    def saved(self) -> QuerySet[SavedReport]:
        return own(SavedReport, self.access.merchant)

    def runs(self) -> QuerySet[ReportRun]:
        return own(ReportRun, self.access.merchant)


@dataclass(frozen=True)
class Portfolio(Audience):
    """The reports of a person over the shops of one currency lent to them at a moment; nobody else sees them."""

    user: User
    lent: tuple[Merchant, ...]
    currency: str
    at: datetime

    frame = "reports/base_portfolio.html"
    is_portfolio = True
    ready_made = ACROSS
    zone = settings.PLATFORM_TIME_ZONE

    @classmethod
    def of(cls, user: User, *, currency: str = "", at: datetime) -> "Portfolio":
        """Return the portfolio at a moment, of that currency, else of the one that most of its shops have."""
        lent = tuple(lent_to(user, at=at))
        each = [merchant.currency for merchant in lent]
        return cls(user, lent, currency or min(each, key=lambda code: (-each.count(code), code), default=""), at)

    def in_currency(self, currency: str) -> "Portfolio":
        return replace(self, currency=currency)

    def of_run(self, run: ReportRun) -> "Portfolio":
        """Return the part of it that a run, which it may read, is about."""
        return replace(self, lent=tuple(run.shops), currency=run.currency)

    def left_out(self, report: SavedReport) -> Sequence[Merchant]:
        held = ReportRun.merchants.through.objects.filter(reportrun__report=report).exclude(merchant__in=self.lent)
        return list(Merchant.objects.filter(pk__in=held.values("merchant")).order_by("name", "pk"))

    @cached_property
    def merchants(self) -> Sequence[Merchant]:
        return [merchant for merchant in self.lent if merchant.currency == self.currency]

    @property
    def currencies(self) -> list[str]:
        return sorted({merchant.currency for merchant in self.lent})

    @property
    def owner(self) -> dict[str, Any]:
        return {"portfolio_of": self.user}

    @property
    def job_owner(self) -> str:
        return self.user.code

    def require(self) -> None:
        if not self.merchants:
            raise PermissionDenied

    def rights_at(self, merchant: str) -> Set[str]:
        return self._rights.get(merchant, frozenset())

    @cached_property
    def _rights(self) -> Mapping[str, Set[str]]:
        return rights_by_merchant(self.user, self.merchants, at=self.at)

    def note(self, verb: str, *, target: str, at: datetime, **details: Any) -> None:
        """Tell every shop whose numbers are run; what else becomes of a person's own reports concerns none."""
        if verb != "report.run":
            return
        for merchant in sorted(self.merchants, key=lambda merchant: merchant.pk):
            access = access_of(self.user, merchant, at=at, right=Right.REPORTS_VIEW)
            if access is None or not access.may(Right.REPORTS_VIEW):
                raise PermissionDenied
            record(access, verb, target=target, at=at, **details)

    def page(self, name: str, *codes: str) -> str:
        return reverse(f"reports:portfolio_{name}", args=codes)

    def saved(self) -> QuerySet[SavedReport]:
        return SavedReport.objects.filter(portfolio_of=self.user)

    def runs(self) -> QuerySet[ReportRun]:
        return self.all_runs().exclude(pk__in=self._holding_others()).prefetch_related("merchants")

    def all_runs(self) -> QuerySet[ReportRun]:
        """Return its runs, those included that hold shops which are not lent any more."""
        return ReportRun.objects.filter(portfolio_of=self.user)

    def _holding_others(self) -> QuerySet:
        held = ReportRun.merchants.through.objects.filter(reportrun__portfolio_of=self.user)
        return held.exclude(merchant__in=self.lent).values("reportrun")


def audience_of(kept: SavedReport | ReportRun, person: User, *, at: datetime) -> Audience | None:
    """Return as whom a person may see a report or a run at a moment; None where they may not."""
    if kept.portfolio_of_id:
        lent = Portfolio.of(person, currency=kept.currency, at=at)
        return lent if kept.portfolio_of_id == person.pk and lent.merchants else None
    access = access_of(person, kept.merchant, at=at, right=Right.REPORTS_VIEW)
    return Shop(access) if access and access.may(Right.REPORTS_VIEW) else None
