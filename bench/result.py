"""A benchmark's result, and the rounds it comes from: ours and the yardstick's by turns."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Figure = int | float | str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was measured, and what the yardstick did in the same run; `sizes` are further members of the line."""

    bench: str
    value: float
    unit: str
    yardstick: str
    yardstick_value: float
    higher_is_better: bool
    sizes: Mapping[str, Figure] = field(default_factory=dict)

    def line(self) -> str:
        """Return the result as one line of JSON."""
        members = {
            "bench": self.bench,
            "value": rounded(self.value),
            "unit": self.unit,
            "yardstick": self.yardstick,
            "yardstick_value": rounded(self.yardstick_value),
            "ratio": rounded(self.value / self.yardstick_value),
            "higher_is_better": self.higher_is_better,
            **{name: rounded(figure) for name, figure in self.sizes.items()},
        }
        return json.dumps(members, allow_nan=False)


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Nothing was measured, and why."""

    bench: str
    reason: str

    def line(self) -> str:
        """Return as one line of JSON that nothing was measured."""
        return json.dumps({"bench": self.bench, "skipped": self.reason})


def rounded(figure: Figure) -> Figure:
    """Return a float with four significant digits, anything else as it is."""
    if not isinstance(figure, float):
        return figure
    return round(figure) if abs(figure) >= 1000 else float(f"{figure:.4g}")


def alternate(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int = 3) -> tuple[float, float]:
    """Call both by turns and return the median figure of each."""
    figures = [(ours(), theirs()) for _ in range(rounds)]
    return median(one for one, _ in figures), median(other for _, other in figures)


def percentile(figures: Sequence[float], percent: int) -> float:
    """Return the smallest figure that `percent` of all do not exceed."""
    return sorted(figures)[max(-(-len(figures) * percent // 100) - 1, 0)]
