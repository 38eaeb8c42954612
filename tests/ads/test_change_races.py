"""Changes of campaigns at once: one wins and the other is told, and without the lock (the control) both win."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import QuerySet

from ads.campaigns import (
    WaitsForApproval,
    bulk,
    changes,
    changing,
    create_campaign,
    creatives,
    edit_campaign,
    parts,
    proposals,
)
from ads.campaigns.bulk import Action, BulkEdit, Edit
from ads.models import Ad, AdAccount, Campaign, Change, Proposal
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db(transaction=True)
LOWER = BulkEdit((Edit("daily_budget", Action.LOWER, 20),))


@pytest.fixture
def made(shop, buyer):
    values = {"name": "Spring", "bid": Decimal(1), "daily_budget": Decimal(10)}
    return create_campaign(buyer, at=AT, values=values, products=[adverts.product(shop)])


@pytest.fixture
def without_locks(monkeypatch):
    """The control: nobody locks, and both have read before either writes."""
    both, lock = threading.Barrier(2), changing.lock

    def lock_together(*args):
        rows = lock(*args)
        both.wait(timeout=10)
        return rows

    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query.all())
    monkeypatch.setattr(changing, "lock", lock_together)


def at_once(*acts: Callable) -> Counter:
    """Do things at the same time, each in a thread of its own; count what came of them."""
    start = threading.Barrier(len(acts))

    def do(act: Callable) -> str:
        start.wait(timeout=10)
        try:
            return act() or "done"
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(do, acts))


def edited(access, campaign, **values) -> Callable:
    mine = Campaign.objects.get(pk=campaign.pk)
    return lambda: edit_campaign(access, mine, version=mine.version, at=AT, values=values) and "edited"


def carried_out(access, campaign) -> Callable:
    def act() -> str:
        result = bulk.carry_out(access, {campaign.code: campaign.version}, LOWER, at=AT).results[0]
        return "conflict" if result.is_conflict else "edited"

    return act


def test_of_two_edits_of_one_version_one_wins(buyer, made):
    found = at_once(*(edited(buyer, made, name=f"Name {n}") for n in range(2)))
    assert (found, Change.objects.count()) == ({"edited": 1, "EditConflict": 1}, 2)


def test_control_without_the_lock_both_edits_win(buyer, made, without_locks):
    found = at_once(*(edited(buyer, made, name=f"Name {n}") for n in range(2)))
    assert found == {"edited": 2}


def test_a_bulk_edit_and_an_edit_do_not_mix(buyer, made):
    found = at_once(edited(buyer, made, daily_budget=Decimal(30)), carried_out(buyer, made))
    assert found in ({"edited": 1, "conflict": 1}, {"edited": 1, "EditConflict": 1})
    assert Change.objects.count() == 2


def test_control_without_the_lock_bulk_and_edit_mix(buyer, made, without_locks):
    assert at_once(edited(buyer, made, daily_budget=Decimal(30)), carried_out(buyer, made)) == {"edited": 2}


def undone(access, change) -> Callable:
    return lambda: changes.undo(access, change, at=AT) and "undone"


def test_a_change_is_undone_once(buyer, made):
    edit_campaign(buyer, made, version=1, at=AT, values={"bid": Decimal(2)})
    change = Change.objects.latest("pk")
    assert at_once(undone(buyer, change), undone(buyer, change)) == {"undone": 1, "UndoRefused": 1}
    assert Change.objects.count() == 3


def test_control_without_the_lock_the_database_stops_the_second_undo(buyer, made, monkeypatch):
    """Nothing but the uniqueness of what is undone is left, which answers with an error instead of a reason."""
    edit_campaign(buyer, made, version=1, at=AT, values={"bid": Decimal(2)})
    change = Change.objects.latest("pk")
    both, require = threading.Barrier(2), changes._require_undoable
    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query.all())
    monkeypatch.setattr(changes, "_require_undoable", lambda *args: (require(*args), both.wait(timeout=10)))
    assert at_once(undone(buyer, change), undone(buyer, change)) == {"undone": 1, "IntegrityError": 1}


@pytest.fixture
def proposal(shop, buyer, made):
    AdAccount.objects.create(merchant=shop, approval_limit=50)
    with pytest.raises(WaitsForApproval) as waits:
        edit_campaign(buyer, made, version=1, at=AT, values={"daily_budget": Decimal(60)})
    return waits.value.proposal


def test_an_approval_and_an_edit_do_not_mix(buyer, owner, made, proposal):
    approved = lambda: proposals.approve(owner, proposal, at=AT) and "approved"  # noqa: E731
    found = at_once(approved, edited(buyer, made, daily_budget=Decimal(40)))
    made.refresh_from_db()
    outcome = (found, made.daily_budget, Proposal.objects.get().state)
    assert outcome in (
        ({"approved": 1, "EditConflict": 1}, 60, "approved"),
        ({"ProposalOver": 1, "edited": 1}, 40, "outdated"),
    )


def test_control_without_the_lock_an_approval_overtakes_an_edit(buyer, owner, made, proposal, monkeypatch):
    """Nobody is told: both win, or PostgreSQL ends one of them because each waits for rows of the other."""
    both, write = threading.Barrier(2), parts.write
    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query.all())
    monkeypatch.setattr(parts, "write", lambda *args, **at: (both.wait(timeout=10), write(*args, **at))[1])
    approved = lambda: proposals.approve(owner, proposal, at=AT) and "approved"  # noqa: E731
    found = at_once(approved, edited(buyer, made, name="Other"))
    assert found.keys() <= {"approved", "edited", "OperationalError"}


def test_an_operator_approves_only_what_was_read(buyer, made, oscar):
    ad = creatives.edit_ad(buyer, made.ads.get(), headline="Soft", at=AT)
    mended = Ad.objects.select_related("campaign").get(pk=ad.pk)
    reviewed = lambda: creatives.review_ad(oscar, ad, headline="Soft", at=AT) and "reviewed"  # noqa: E731
    changed = lambda: creatives.edit_ad(buyer, mended, headline="Best", at=AT) and "edited"  # noqa: E731
    found = at_once(reviewed, changed)
    assert found in ({"reviewed": 1, "edited": 1}, {"ReviewOver": 1, "edited": 1})
    assert Ad.objects.values_list("headline", "review").get() == ("Best", "pending")
