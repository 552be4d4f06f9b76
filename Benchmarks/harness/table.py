"""The table for people: Markdown, one block of rows a job, and what the figures were measured on."""

import os
import platform
import statistics
from pathlib import Path

from .jobs import PEAK_BYTES_MAX, Job
from .measure import Contender, median_of_ratios, ratio_of_medians

# A comparison in which other programs took more of the machine says nothing: programs with two threads suffer
# more from it than the yardstick, which needs little more than one core.
OTHERS_CORES_MAX = 0.1

HEADER = [
    "| job | program | wall s | CPU s | peak MiB | ÷ yardstick | pairwise | at most | aim | |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|---|",
]


def job_rows(job: Job, contenders: list[Contender], judged: bool) -> list[str]:
    """The rows of one job; the yardstick is the first contender."""
    yardstick, *others = contenders
    rows = [_row(job.title, yardstick, "", "", "", "", "yardstick")]
    for contender in others:
        if contender.failure or not contender.samples:
            rows.append(f"| | {contender.name} | | | | | | | | failed: {contender.failure} |")
            continue
        ratio, pairwise = ratio_of_medians(contender, yardstick), median_of_ratios(contender, yardstick)
        is_ours = contender.name == "ratemill"
        limits = (f"{job.limit:.2f}", f"{job.aim:.2f}") if is_ours else ("", "")
        word = verdict(job, contender, yardstick) if is_ours and judged else ""
        rows.append(_row("", contender, f"{ratio:.2f}", f"{pairwise:.2f}", *limits, word))
    return rows


def _row(title: str, contender: Contender, ratio: str, pairwise: str, limit: str, aim: str, word: str) -> str:
    cells = [title, contender.name, f"{contender.median('wall'):.2f}", f"{contender.median('cpu'):.2f}"]
    cells += [f"{contender.peak_bytes() / (1 << 20):.0f}", ratio, pairwise, limit, aim, word]
    return "| " + " | ".join(cells) + " |"


def verdict(job: Job, contender: Contender, yardstick: Contender) -> str:
    """In one word, by the median of the ratios inside the rounds: aim, pass or FAIL."""
    ratio = median_of_ratios(contender, yardstick)
    if contender.peak_bytes() > PEAK_BYTES_MAX:
        return f"FAIL (memory above {PEAK_BYTES_MAX >> 20} MiB)"
    return "FAIL" if ratio > job.limit else "aim" if ratio <= job.aim else "pass"


def machine_line(size: str, rounds: int, contenders: list[Contender]) -> str:
    """What the figures depend on besides the programs."""
    others = statistics.median(sample.others for contender in contenders for sample in contender.samples)
    quiet = f"other programs took {others:.2f} cores meanwhile"
    if others > OTHERS_CORES_MAX:
        quiet += ", so the figures ARE NOT TO BE TRUSTED"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {cpu_model()}"
    return f"{size} records; medians of {rounds} rounds; {machine}; {platform.system()}; {quiet}."


def cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return "unknown processor"
