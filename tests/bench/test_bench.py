"""Benchmarks speak JSON lines on stdout, and nothing else whatever they and their processes say."""

import json
import subprocess

import pytest

from bench import NAMES, one
from bench.result import Result, alternate, percentile


def trivial(stage) -> Result:
    print("talk")
    subprocess.run(["echo", "talk of a child"], check=True)
    ours, theirs = alternate(iter([3.0, 9.0, 2.0]).__next__, iter([4.0, 4.0, 5.0]).__next__)
    return Result(
        bench="trivial", value=ours, unit="ops/s", yardstick="nothing at all", yardstick_value=theirs,
        higher_is_better=True, sizes={"rounds": 3},
    )  # fmt: skip


def test_a_benchmark_prints_one_line_of_json_and_nothing_else(capfd):
    one.play(trivial, stage=None)
    said = capfd.readouterr()
    assert said.out.count("\n") == 1
    assert json.loads(said.out) == {
        "bench": "trivial", "value": 3.0, "unit": "ops/s", "yardstick": "nothing at all", "yardstick_value": 4.0,
        "ratio": 0.75, "higher_is_better": True, "rounds": 3,
    }  # fmt: skip
    assert "talk of a child" in said.err


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 2), (75, 3), (76, 4), (99, 4), (100, 4)])
def test_percentiles_are_figures_that_were_measured(percent, expected):
    assert percentile([4, 1, 3, 2], percent) == expected


def test_every_benchmark_is_described_and_can_be_run():
    import bench

    described = [line[2:].partition(":")[0] for line in bench.__doc__.splitlines() if line.startswith("- ")]
    assert described == list(NAMES)
