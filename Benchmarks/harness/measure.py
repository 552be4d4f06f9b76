"""Runs commands in turns and keeps wall time, CPU time and peak memory of each run.

Commands that are compared run one after the other in every round, so that a slow moment of the machine falls
on all of them, and ratios are taken inside a round.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """What is run. With `feed`, that file comes through a pipe from cat(1), as from another program."""

    argv: list[str]
    feed: Path | None = None


@dataclass(frozen=True)
class Sample:
    """One run. CPU seconds include those of the program that feeds the pipe; memory is the command's.

    `others` is how many cores all other programs, and other guests of the same host, kept busy meanwhile.
    """

    wall: float
    cpu: float
    peak_bytes: int
    others: float = 0.0


class RunFailed(Exception):
    """A command ended with another status than 0."""


@dataclass
class Contender:
    """One command of a comparison.

    `prepare` runs before each run and `check` after it, both outside the measured time; `check` returns what
    is wrong with the output, or None. `rounds` limits how often a slow contender takes part.
    """

    name: str
    command: Command
    log: Path
    prepare: Callable[[], None] = lambda: None
    check: Callable[[], str | None] = lambda: None
    rounds: int | None = None
    samples: list[Sample] = field(default_factory=list)
    failure: str | None = None

    def median(self, measure: str) -> float:
        return statistics.median(getattr(sample, measure) for sample in self.samples)

    def peak_bytes(self) -> int:
        return max(sample.peak_bytes for sample in self.samples)


def run(command: Command, log: Path) -> Sample:
    """Runs `command` with stdout to `log` and stderr beside it. Throws RunFailed.

    Peak memory cannot come out lower than that of this program, which its children inherit until they begin:
    so this program must stay small, and reads no file as a whole.
    """
    errors = log.with_suffix(".err")
    with open(log, "wb") as out, open(errors, "wb") as err:
        begin, busy_before = time.monotonic(), _busy_seconds()
        feeder = subprocess.Popen(["cat", command.feed], stdout=subprocess.PIPE) if command.feed else None
        process = subprocess.Popen(
            command.argv, stdin=feeder.stdout if feeder else subprocess.DEVNULL, stdout=out, stderr=err
        )
        if feeder:
            feeder.stdout.close()
        cpu, peak_bytes, status = _wait(process)
        wall = time.monotonic() - begin
        if feeder:
            cpu += _wait(feeder)[0]
        others = max(0.0, _busy_seconds() - busy_before - cpu) / wall
    if status != 0:
        last_line = (errors.read_text(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise RunFailed(f"exit status {status}: {last_line}")
    return Sample(wall, cpu, peak_bytes, others)


def _wait(process: subprocess.Popen) -> tuple[float, int, int]:
    """CPU seconds, peak memory and exit status of a child when it has ended."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode


def _busy_seconds() -> float:
    """What all cores have worked since the machine was started; 0 where the system does not tell."""
    try:
        with open("/proc/stat") as file:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, file.readline().split()[1:9])
    except (OSError, ValueError):
        return 0.0
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def run_in_turns(contenders: list[Contender], rounds: int, title: str) -> None:
    """Runs every contender once in each round and keeps the samples; one that fails is left out then."""
    for round_number in range(rounds):
        for contender in contenders:
            if contender.failure or round_number >= (contender.rounds or rounds):
                continue
            contender.prepare()
            try:
                sample = run(contender.command, contender.log)
                contender.failure = contender.check()
            except RunFailed as failure:
                contender.failure = str(failure)
            if contender.failure:
                say(f"{title}: {contender.name}: {contender.failure}")
                continue
            contender.samples.append(sample)
            say(f"{title}: round {round_number + 1} of {rounds}: {contender.name} {sample.wall:.2f} s")


def ratio_of_medians(contender: Contender, base: Contender) -> float:
    return contender.median("wall") / base.median("wall")


def median_of_ratios(contender: Contender, base: Contender) -> float:
    """The median of the ratios inside each round: less moved by a machine that slows down in between."""
    return statistics.median(a.wall / b.wall for a, b in zip(contender.samples, base.samples))


def warm(*paths: Path) -> None:
    """Brings files into the page cache, so that the disk is no part of a comparison."""
    buffer = bytearray(1 << 20)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def say(text: str) -> None:
    """Tells people how far it is; data goes to stdout."""
    print(text, file=sys.stderr, flush=True)
