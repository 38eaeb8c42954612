"""Choose the colours of a picture: a pastel ground and an accent that set off its main colours."""

from random import Random

from simulation.specs import PictureSpec

GROUNDS = (
    ("#fdf1e7", "#f6d9c4"), ("#eef5f0", "#cfe3d8"), ("#eef1fa", "#d2daf0"), ("#fbeef1", "#f3cfd8"),
    ("#f4effa", "#dccfee"), ("#fdf7e3", "#f3e2b0"), ("#eef7fa", "#c9e4ec"), ("#f5f1ea", "#e0d5c3"),
    ("#fff4ee", "#f9c9b6"), ("#f0f6e8", "#d6e3b8"),
)  # fmt: skip
VIVID_GROUNDS = (
    ("#f9d3c0", "#eba88c"), ("#c6e0d6", "#8dbcae"), ("#cfd7f3", "#9dacdd"), ("#f8cdd7", "#e79fb2"),
    ("#fae5aa", "#efc66c"), ("#dccbf0", "#b498d6"), ("#c3e2ec", "#86bdd0"),
)  # fmt: skip
ACCENTS = ("#e4674f", "#f0b83f", "#5b8e7d", "#6a7fc1", "#d9779a", "#3f8f96", "#b5657a", "#cf7a3c")


def compose(form: str, motifs: tuple[str, ...], colours: tuple[str, ...], rng: Random) -> PictureSpec:
    """Return the picture of `motifs` in `colours`, with a ground and an accent that contrast.

    Products stand on pale grounds; half of the notes have a stronger one, so that a feed has rhythm.
    """
    vivid = form == "note" and rng.random() < 0.5
    ground = _farthest(colours, rng.sample(VIVID_GROUNDS if vivid else GROUNDS, 4), key=lambda pair: pair[1])
    accent = _farthest((*colours, ground[1]), rng.sample(ACCENTS, 3), key=str)
    return PictureSpec(form, motifs, colours, ground, accent, rng.getrandbits(32))


def _farthest(colours, candidates, *, key):
    return max(candidates, key=lambda candidate: min(_distance(key(candidate), colour) for colour in colours))


def _distance(one: str, other: str) -> int:
    return sum((int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (1, 3, 5))
