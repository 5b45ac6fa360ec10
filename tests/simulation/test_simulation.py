"""Worlds of fixed seeds, and that a seed gives one world; in processes that set Django up themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = 2
"""`make simulate` runs hundreds."""
CHAOS_S = 60
_ROOT = Path(__file__).parents[2]


def simulate(*arguments: str, hash_seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=_ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.timeout(900)
def test_every_world_comes_to_rest_and_is_right() -> None:
    simulate("--first", "1", "--seeds", str(SEEDS), "--chaos-s", str(CHAOS_S), "--processes", "2")


@pytest.mark.timeout(300)
def test_a_seed_gives_one_world() -> None:
    once, again = (simulate("--seed", "3", hash_seed=seed) for seed in ("1", "2"))
    assert once.splitlines()[-1].startswith("digest ")
    assert once == again
