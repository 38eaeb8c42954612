"""Clicks won for a small budget in real auctions, against linear bidding tuned on the same history.

First two bidders are replayed over all episodes and must win what they are known to win. Then what has to be learnt is
learnt from the first 50 episodes of each campaign, and the last 50 are bid for:

- mcpc: predicted click rate × the mean cost of a click
- linear: predicted click rate ÷ mean click rate × b0; b0 is 50, or what won the most clicks in the first 50 episodes
- ours: predicted click rate × the multiplier of `ads.bidding`, from the first 50 episodes as history
- ours from scratch: the same without any history, starting at the multiplier of linear bidding with b0 = 50

A click is rare, so the predicted ones are told too, and the intervals (95 %) in which the lead lies when episodes are
drawn anew from those there are.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ads.bidding import FromHistory, FromScratch, Landscape, Pacer, Steering, Traffic

from .auctions import HIGHEST_BID, Campaign, Episode, Won, linear, names, paced, read, total
from .result import Result, Skipped
from .stage import Stage, real_data

LEARNT = 50  # episodes; those after them are bid for
BASE, BASES = 50, range(5, 305, 5)  # b0 as it is, and those that are tried
SAMPLES = 2_000  # of the bootstrap
KNOWN = {  # impressions, clicks and cost over all episodes: mcpc, linear
    "1458": ((9_259, 20, 212_499), (9_989, 22, 179_261)),
    "2259": ((7_781, 9, 290_762), (11_031, 19, 290_008)),
    "2261": ((7_987, 13, 279_997), (10_796, 15, 279_997)),
    "2821": ((6_427, 9, 278_997), (8_532, 18, 278_996)),
    "3358": ((7_366, 26, 286_104), (7_213, 22, 246_910)),
    "3386": ((5_609, 16, 240_152), (6_713, 18, 240_142)),
    "3427": ((6_521, 21, 253_021), (7_970, 27, 248_852)),
    "3476": ((4_918, 10, 247_400), (5_169, 13, 247_367)),
}

Bidder = Callable[[Episode], Won]


def run(stage: Stage) -> Result | Skipped:
    folder = real_data("ipinyou_rtb")
    if folder is None:
        return Skipped(bench="bidding", reason="the real data ipinyou_rtb is not at hand")
    won = play(folder, stage.say)
    clicks = {name: _clicks(episodes) for name, episodes in won.items()}
    rivals = ("mcpc", "linear", "linear_tuned")
    leads = {f"lead_over_{rival}": _interval(won["ours"], won[rival]) for rival in rivals}
    return Result(
        bench="bidding", value=clicks["ours"], unit="clicks", higher_is_better=True,
        yardstick="linear bidding tuned on the same history", yardstick_value=clicks["linear_tuned"],
        sizes={
            **{f"clicks_{name}": number for name, number in clicks.items()},
            **{f"expected_{name}": sum(w.expected for w in _flat(episodes)) for name, episodes in won.items()},
            **{f"cost_{name}": sum(w.cost for w in _flat(episodes)) for name, episodes in won.items()},
            **leads, "campaigns": len(KNOWN), "episodes": len(_flat(won["ours"])), "samples": SAMPLES,
        },
    )  # fmt: skip


def play(folder: Path, say: Callable[[str], None]) -> dict[str, list[list[Won]]]:
    """Return what each bidder won: by bidder, campaign and episode."""
    won: dict[str, list[list[Won]]] = {}
    for name in names(folder):
        campaign = read(folder, name)
        check(campaign)
        played = {bidder: [bid(e) for e in campaign.episodes[LEARNT:]] for bidder, bid in bidders(campaign).items()}
        for bidder, episodes in played.items():
            won.setdefault(bidder, []).append(episodes)
        say(f"{name}: " + ", ".join(f"{bidder} {sum(w.clicks for w in ws)}" for bidder, ws in played.items()))
    return won


def check(campaign: Campaign) -> None:
    """Raise Differs unless mcpc and linear win over all episodes what they are known to win."""
    for known, multiplier in zip(KNOWN[campaign.name], (campaign.click_cost, _multiplier(campaign, BASE)), strict=True):
        won = total(campaign.episodes, _linear(campaign, multiplier))
        if (won.impressions, won.clicks, won.cost) != known:
            raise Differs(f"campaign {campaign.name} is known for {known}, and this is {won}")


class Differs(Exception):
    """The replay does not reproduce what is known of the log."""


def bidders(campaign: Campaign) -> Mapping[str, Bidder]:
    """Return the bidders by name; what they learn is from the first episodes."""
    history = landscape(campaign.episodes[:LEARNT])
    start = _multiplier(campaign, BASE)
    return {
        "mcpc": _linear(campaign, campaign.click_cost),
        "linear": _linear(campaign, start),
        "linear_tuned": _linear(campaign, _multiplier(campaign, _tuned(campaign))),
        "ours": _paced(campaign, lambda: FromHistory(history)),
        "ours_from_scratch": _paced(campaign, lambda: FromScratch(start=start)),
    }


def landscape(episodes: Sequence[Episode]) -> Landscape:
    """Return the landscape of episodes, each as a day of one slot."""
    return Landscape.of(
        prices=np.concatenate([e.prices for e in episodes]),
        values=np.concatenate([e.rates for e in episodes]),
        days=np.repeat(range(len(episodes)), [e.prices.size for e in episodes]),
        highest_bid=HIGHEST_BID,
    )


def _tuned(campaign: Campaign) -> int:
    """Return the b0 that won the most clicks in the first episodes; the most predicted ones where several did."""

    def merit(base: int) -> tuple[int, float]:
        won = total(campaign.episodes[:LEARNT], _linear(campaign, _multiplier(campaign, base)))
        return won.clicks, won.expected

    return max(BASES, key=merit)


def _multiplier(campaign: Campaign, base: float) -> float:
    return base / campaign.click_rate


def _linear(campaign: Campaign, multiplier: float) -> Bidder:
    return lambda episode: linear(episode, budget=campaign.budget, multiplier=multiplier)


def _paced(campaign: Campaign, steering: Callable[[], Steering]) -> Bidder:
    def bid(episode: Episode) -> Won:
        traffic = Traffic([episode.prices.size])
        pacer = Pacer(budget=campaign.budget, traffic=traffic, steering=steering(), highest_bid=HIGHEST_BID)
        return paced(episode, pacer)

    return bid


def _interval(ours: list[list[Won]], theirs: list[list[Won]]) -> str:
    """Return the lead in clicks and its 95 % interval, episodes drawn anew within each campaign."""
    chance = np.random.default_rng(7)
    leads = [
        np.array([a.clicks - b.clicks for a, b in zip(mine, other, strict=True)])
        for mine, other in zip(ours, theirs, strict=True)
    ]
    draws = sum(chance.choice(lead, (SAMPLES, lead.size)).sum(axis=1) for lead in leads)
    low, high = np.percentile(draws, (2.5, 97.5))
    return f"{sum(lead.sum() for lead in leads):+d} [{low:+.0f}, {high:+.0f}]"


def _clicks(campaigns: list[list[Won]]) -> int:
    return sum(won.clicks for won in _flat(campaigns))


def _flat(campaigns: list[list[Won]]) -> list[Won]:
    return [won for episodes in campaigns for won in episodes]
