"""Many worlds, or one with its trace. A seed that fails is printed with the command that plays it again."""

import argparse
import gc
import multiprocessing
import os
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import replace
from functools import partial

from tests.simulation.django_world import clear_dead
from tests.simulation.seams import end_silently
from tests.simulation.world import CHAOS_S, Outcome, run_world


def main(arguments: list[str]) -> int:
    """Exit code 1: a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds")
    parser.add_argument("--first", type=int, default=None, help="the first seed; left out: a new one each time")
    parser.add_argument("--seed", type=int, help="one world, with all that happens in it")
    parser.add_argument("--chaos-s", type=float, default=CHAOS_S, help="how long things go wrong, virtual seconds")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--stop", action="store_true", help="at the first world that fails")
    parser.add_argument("--digests", action="store_true", help="print each world's digest")
    asked = parser.parse_args(arguments)
    end_silently()
    warnings.simplefilter("ignore", RuntimeWarning)  # coroutines of dead processes
    if asked.seed is not None:
        return _one(asked.seed, asked.chaos_s)
    first = random.SystemRandom().randrange(10**9) if asked.first is None else asked.first
    return _many(range(first, first + asked.seeds), asked)


def _one(seed: int, chaos_s: float) -> int:
    outcome = run_world(seed, chaos_s, keep_trace=True)
    for at_s, who, event, fields in outcome.trace.lines:
        said = " ".join(f"{name}={value}" for name, value in fields.items())
        print(f"{at_s:10.4f} {who:9} {event:20} {said}")
    _print_table(Counter(outcome.counts))
    print(f"digest {outcome.digest}")
    for fault in outcome.faults:
        print(f"FAULT {fault}")
    return 1 if outcome.faults else 0


def _many(seeds: range, asked: argparse.Namespace) -> int:
    gc.freeze()  # what is there by now lives as long as the process: each world's end looks at its own alone
    print(f"seeds {seeds.start} to {seeds.stop - 1}, in {asked.processes} processes", flush=True)
    began_s = time.monotonic()
    done = 0
    totals: Counter[str] = Counter()
    failed: list[Outcome] = []
    with multiprocessing.get_context("fork").Pool(asked.processes) as pool:
        for outcome in pool.imap_unordered(partial(_world, asked.chaos_s), seeds):
            done += 1
            totals.update(outcome.counts)
            if asked.digests:
                print(f"{outcome.seed} {outcome.digest}")
            if outcome.faults:
                failed.append(outcome)
                _tell_failure(outcome)
            _tell_progress(done, len(seeds), len(failed), time.monotonic() - began_s)
            if failed and asked.stop:
                break
        pool.terminate()
        pool.join()
    clear_dead()
    print(f"\n{done} worlds in {time.monotonic() - began_s:.0f} s, {len(failed)} failed")
    _print_table(totals)
    for outcome in sorted(failed, key=lambda each: each.seed):
        chaos = "" if asked.chaos_s == CHAOS_S else f" CHAOS_S={asked.chaos_s:g}"
        print(f"make simulate SEED={outcome.seed}{chaos}   # {outcome.faults[0]}")
    return 1 if failed else 0


def _tell_progress(done: int, worlds: int, failed: int, took_s: float) -> None:
    """A line that is written over; in a log, one of each hundred worlds."""
    left_s = took_s / done * (worlds - done)
    line = f"{done} of {worlds}, {failed} failed, {left_s:.0f} s to go"
    if sys.stdout.isatty():
        print(f"\r{line}   ", end="", flush=True)
    elif done % 100 == 0:
        print(line, flush=True)


def _world(chaos_s: float, seed: int) -> Outcome:
    try:
        outcome = run_world(seed, chaos_s)
    except Exception:  # noqa: BLE001 - the supervisor of a sweep
        return Outcome(seed, [traceback.format_exc()], {}, "", 0.0, None)
    return replace(outcome, trace=None)


def _tell_failure(outcome: Outcome) -> None:
    print(f"\nseed {outcome.seed} FAILED:")
    for fault in outcome.faults[:5]:
        print(f"  {fault}")


def _print_table(counts: Counter[str]) -> None:
    for what, count in sorted(counts.items()):
        print(f"{count:>9}  {what}")
