"""Reviews: some of those whose goods have come say what they think, and some shops answer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from orders.models import OrderLine
from orders.moves import OrderState
from shops.models import Review
from shops.reviews import answering
from shops.shopper import seal

from .. import people
from ..client import Site
from ..words import reviews as words
from . import chance

WRITES, SILENT, ANSWERED = 0.42, 0.28, 0.3
LATEST = 6  # days after arrival until the last one writes
STARS = (5, 4, 3, 2, 1), (62, 22, 8, 4, 4)


class Reviewers:
    """Those who write reviews, and those who answer them."""

    def __init__(self, site: Site, topics: Mapping[str, str]):
        """`topics` maps category slugs to what their goods are spoken of as."""
        self._site, self._topics = site, topics

    def live(self, day: date, *, now: datetime) -> None:
        """Write the reviews of a day, and the answers to them."""
        for ago in range(LATEST + 1):
            for line in arrived(day - timedelta(days=ago), now):
                dice = chance.of(line.code, "review")
                if dice.random() < WRITES and dice.randint(0, LATEST) == ago:
                    self._write(line, day, now)
        for review in unanswered(day, now):
            self._answer(review, now)

    def _write(self, line: OrderLine, day: date, now: datetime) -> None:
        dice = chance.of(line.code, "stars")
        stars = dice.choices(*STARS)[0]
        if line.returned or line.order.refunded:
            stars = min(stars, dice.randint(1, 4))
        moment = max(chance.moment(day, dice, first=8, last=23), line.order.delivered_at + timedelta(minutes=30))
        topic = self._topics.get(line.product.category.slug if line.product.category else "", "")
        text = "" if dice.random() < SILENT else words.say(topic, stars, dice)
        if moment < now:
            body = {"line": line.code, "stars": stars, "text": text}
            shopper = seal(line.order.shopper)
            self._site.call("POST", "reviews", body, at=moment, shopper=shopper, expect=(200, 201, 409))

    def _answer(self, review: Review, now: datetime) -> None:
        dice = chance.of(review.code, "answer")
        if dice.random() > (ANSWERED if review.stars > 2 else 0.8):
            return
        bank = words.THANKS if review.stars > 3 else words.SORRY
        at = min(review.created_at + timedelta(minutes=dice.randint(20, 600)), now)
        answering.reply(people.acting(review.merchant), review, dice.choice(bank), at=at)


def arrived(day: date, now: datetime) -> list[OrderLine]:
    """Return the lines that arrived on a day."""
    begin = chance.midnight(day)
    span = {"order__delivered_at__gte": begin, "order__delivered_at__lt": min(begin + timedelta(days=1), now)}
    lines = OrderLine.objects.filter(order__state=OrderState.DELIVERED, **span).order_by("pk")
    return list(lines.select_related("order", "product__category"))


def unanswered(day: date, now: datetime) -> list[Review]:
    """Return the reviews with words that were written on a day and have no answer."""
    begin = chance.midnight(day)
    written = Review.objects.filter(created_at__gte=begin, created_at__lt=now, reply="").exclude(text="")
    return list(written.select_related("merchant").order_by("pk"))
