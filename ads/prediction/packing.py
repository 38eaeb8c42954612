"""What is learnt as bytes in a database row, and back: to go on learning from, and to predict with."""

from datetime import datetime
from io import BytesIO
from zipfile import BadZipFile

import numpy as np

from .calibration import Calibration
from .checking import Check
from .features import SIZE
from .ftrl import Ftrl, weight
from .learner import Learner
from .sold import Sold
from .trained import Trained, typical

LAYOUT = 1  # goes up when features or arrays change: what was learnt before is then learnt anew
TABLES = ("seen", "hits")
SUMS = ("raw", "told", "baseline", "losses")
OF_SOLD = tuple(Sold.__dataclass_fields__)


class Unreadable(Exception):
    """These bytes are no model that this version of the program knows."""


def pack(final: Learner, sold: Sold) -> dict[str, np.ndarray]:
    """Return what processes predict with."""
    used = np.flatnonzero(final.model.n > 0)
    weights = np.zeros(SIZE, np.float32)
    weights[used] = weight(final.model.z[used], final.model.n[used])
    curves = {f"{side}_{place}": getattr(curve, side) for place, curve in enumerate(final.check.calibrations())
              for side in ("before", "after")}  # fmt: skip
    return {
        "slots": used.astype(np.int32), "weights": weights[used], "start": np.array(final.model.start), **curves,
        **typical(final, weights), "views": final.views, **_check("told", final.check),
        **{f"sold_{name}": getattr(sold, name) for name in OF_SOLD},
    }  # fmt: skip


def pack_state(base: Learner) -> dict[str, np.ndarray]:
    """Return what learning goes on from."""
    used = np.flatnonzero(base.seen)
    return {
        "state_slots": used.astype(np.int32), "state_z": base.model.z[used], "state_n": base.model.n[used],
        **{f"state_{name}": getattr(base, name)[used] for name in TABLES}, "state_views": base.views,
        "state_counts": np.array([base.examples, base.slice]), **_check("state", base.check),
        "state_first": np.array([base.first, base.model.start]),
    }  # fmt: skip


def _check(prefix: str, check: Check) -> dict[str, np.ndarray]:
    campaigns = {
        f"{prefix}_campaigns": np.array(list(check.campaigns), np.int64),
        f"{prefix}_by_campaign": np.array(list(check.campaigns.values())).reshape(-1, 3),
    }
    return campaigns | {f"{prefix}_{name}": getattr(check, name) for name in SUMS}


def to_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = BytesIO()
    np.savez_compressed(buffer, layout=np.array(LAYOUT), **arrays)
    return buffer.getvalue()


def from_bytes(raw: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a row; raises Unreadable when it holds none, or those of another layout."""
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as read:
            arrays = dict(read)
    except (EOFError, OSError, ValueError, BadZipFile) as error:
        raise Unreadable from error
    if arrays.get("layout") != LAYOUT:
        raise Unreadable
    return arrays


def trained(arrays: dict[str, np.ndarray], version: int, through: datetime) -> Trained:
    """Return what processes predict with."""
    weights = np.zeros(SIZE, np.float32)
    weights[arrays["slots"]] = arrays["weights"]
    curves = [Calibration(arrays[f"before_{place}"], arrays[f"after_{place}"]) for place in range(4)]
    kept = {name: arrays[name] for name in ("shares", "position", "request")}
    return Trained(version, through, float(arrays["start"]), weights, curves, **kept)


def sold(arrays: dict[str, np.ndarray]) -> Sold:
    return Sold(**{name: arrays[f"sold_{name}"] for name in OF_SOLD})


def check(arrays: dict[str, np.ndarray], prefix: str = "told") -> Check:
    """Return how the model was checked."""
    campaigns = zip(arrays[f"{prefix}_campaigns"].tolist(), arrays[f"{prefix}_by_campaign"], strict=True)
    return Check(**{name: arrays[f"{prefix}_{name}"] for name in SUMS}, campaigns=dict(campaigns))


def learner(kind: str, arrays: dict[str, np.ndarray]) -> Learner:
    """Return the learner as it was when the row was written."""
    first, start = arrays["state_first"].tolist()
    examples, slice_ = arrays["state_counts"].tolist()
    made = Learner(
        kind, first, Ftrl(start), check(arrays, "state"), views=arrays["state_views"], examples=examples, slice=slice_
    )
    slots = arrays["state_slots"]
    made.model.z[slots], made.model.n[slots] = arrays["state_z"], arrays["state_n"]
    for name in TABLES:
        getattr(made, name)[slots] = arrays[f"state_{name}"]
    return made
