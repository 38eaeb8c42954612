"""Ninety days of the marketplace, lived through over HTTP: day by day, visits, purchases, parcels, and what follows."""

import random
from bisect import bisect
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate

from tqdm import tqdm

from shops.shopper import seal

from . import marketplace, people, shelf, shoppers, state, truth
from .assortment import topic_of
from .client import Site
from .keepers import Keepers
from .living import adroom, claiming, desk, second_devices, unfinished
from .living.buyers import Buyers
from .living.cases import Claims
from .living.chance import ZONE
from .living.farms import Farms
from .living.occasions import Occasions
from .living.office import Office
from .living.regular import Regular
from .living.reviewers import Reviewers
from .living.vouchers import Guests
from .words.kinds import KINDS

DAYS = 90
THREADS = 6
PEOPLE = 6000
VISITS = 600  # on the last day, were it a usual one
LATELY = timedelta(days=12)
NIGHT = time(23, 59, 30)
ROUNDS = (time(15), NIGHT)  # until when visits are reported, and campaigns steered in between
ROUNDS_LATELY = (time(10), time(14), time(18), time(21), NIGHT)


def run(url: str, *, now: datetime) -> None:
    """Live through the days that are still missing, up to `now` (aware); may be interrupted and called again."""
    memory = state.load()
    with ThreadPoolExecutor(THREADS) as pool:
        history = History(Site(url), memory, pool, now=now)
        days = [history.first + timedelta(days=n) for n in range(DAYS)]
        for day in (bar := tqdm(days[memory.days_done :], unit="day", smoothing=0.1)):
            bar.set_description(f"{day} {history.live(day):>3} orders")
            memory.days_done += 1
            memory.truth = history.truth
            memory.save()
    if not memory.is_over:
        unfinished.leave(now=now)
        history.office.finish(now=now)
        memory.is_over = True
        memory.save()


class History:
    """The shoppers and shopkeepers of the demo marketplace, and what is true about them."""

    def __init__(self, site: Site, memory: state.State, pool: ThreadPoolExecutor, *, now: datetime):
        plan = marketplace.build()
        self.site, self.pool, self.now = site, pool, now
        self.first = date.fromisoformat(memory.first_day)
        tops = {c.slug: c.parent_slug or c.slug for c in plan.categories}
        appeal = {(m.slug, v.sku): p.appeal for m in plan.merchants for p in m.products for v in p.variants}
        fame = {merchant.slug: merchant.weight for merchant in plan.merchants}
        self.shelf = shelf.read(site, appeal=appeal, fame=fame, tastes=tops, at=self.noon(self.first))
        self.people = truth.population(seed=20, size=PEOPLE, categories=sorted(set(tops.values())))
        self._activity = list(accumulate(person.activity for person in self.people))
        self._later: list[shoppers.Purchase] = []
        self.truth: dict[str, float] = dict(memory.truth)
        self.weekly = {
            m.slug: sum((c.daily_budget for c in m.campaigns), Decimal(0)) * 7
            for m in plan.merchants if m.campaigns
        }  # fmt: skip
        self.keepers, self.office = Keepers(site, memory.tokens, pool), Office()
        self.occasions = Occasions(site, self.people, now=now)
        self.regular = Regular(site, now=now)
        opening = datetime.combine(self.first, time.min, ZONE)
        self.buyers = Buyers(first=self.first, festival=truth.festival(opening, now).date())
        self.farms = Farms(site, self.shelf)
        topics = {kind.category: topic_of(kind) for kind in KINDS}
        self.living = (
            Claims(site, memory.tokens, people.operator()).live, self.keepers.work, Guests(site, memory.tokens).live,
            Reviewers(site, topics).live, desk.live,
        )  # fmt: skip

    def noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), ZONE)

    def live(self, day: date) -> int:
        """Live through one day; return how many checkouts were paid."""
        if day.weekday() == 0 or day == self.first:
            self.keepers.fill_wallets(self.weekly, at=self._within(day, time(6)))
        self.occasions.publish(day)
        self.buyers.live(day, now=self.now)
        visits = self._browse(day)
        self.farms.live(day, now=self.now)
        purchases = [second_devices.at_hand(purchase) for purchase in self._purchases(day, visits)]
        claiming.collect(purchases, at=self.noon(day))
        paid = sum(self.pool.map(self._buy, purchases))
        paid += sum(map(bool, self.pool.map(lambda buy: buy(), self.occasions.purchases(day))))
        self.regular.live(day)
        for live in self.living:
            live(day, now=self.now)
        second_devices.log_in_late(self.people, day, now=self.now)
        self.office.close(day, now=self.now)
        adroom.close(day, now=self.now)
        return paid

    def _browse(self, day: date) -> list[shoppers.Visit]:
        """Let those who come today look around, and campaigns be steered by what came of it."""
        visits, waiting = [], self._arrivals(day)
        rounds = ROUNDS_LATELY if self.noon(day) > self.now - LATELY else ROUNDS
        for end in (self._within(day, until) for until in rounds):
            come = [arrival for arrival in waiting if arrival[1] < end]
            waiting = waiting[len(come) :]
            fresh = list(self.pool.map(self._visit, come))
            shoppers.report(self.site, fresh)
            visits += fresh
            if waiting:
                adroom.steer(at=end)
        return visits

    def _within(self, day: date, at: time) -> datetime:
        return min(datetime.combine(day, at, ZONE), self.now)

    def _arrivals(self, day: date) -> list[tuple[truth.Person, datetime, str]]:
        """Draw who comes when: a day of fewer hours, as today is, has fewer visits."""
        rng = random.Random(f"20/{day}")
        expected = truth.visits(day, progress=(day - self.first).days / DAYS, base=VISITS)
        arrivals = []
        for number in range(round(rng.gauss(expected, expected**0.5))):
            person = self.people[bisect(self._activity, rng.random() * self._activity[-1])]
            hour = rng.choices(range(24), truth.HOURS)[0]
            at = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
            if at < self.now - timedelta(minutes=20):
                arrivals.append((person, at, f"{day}/{number}"))
        return sorted(arrivals, key=lambda arrival: arrival[1])

    def _visit(self, arrival) -> shoppers.Visit:
        person, at, seed = arrival
        return shoppers.browse(self.site, self.shelf, person, seal=seal, at=at, seed=seed)

    def _purchases(self, day: date, visits: list[shoppers.Visit]) -> list[shoppers.Purchase]:
        """Return what is bought today, in its order; the rest waits for its day."""
        waiting = self._later + [purchase for visit in visits for purchase in visit.purchases]
        end = min(datetime.combine(day + timedelta(days=1), time.min, ZONE), self.now) - timedelta(minutes=5)
        self._later = [purchase for purchase in waiting if purchase.at >= end]
        return sorted((purchase for purchase in waiting if purchase.at < end), key=lambda purchase: purchase.at)

    def _buy(self, purchase: shoppers.Purchase) -> bool:
        if shoppers.buy(self.site, purchase, seal=seal) is None:
            return False
        name = "caused" if purchase.caused else "planned"
        self.truth[name] = self.truth.get(name, 0) + 1
        return True
