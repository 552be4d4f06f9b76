"""The jobs of the table: which file is read how, and what ratemill may take for it at most."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """One row of the table.

    `limit` and `aim` are wall time as a multiple of the yardstick's. The yardstick decompresses the same
    records and throws them away: zstd -dc, or gzip -dc where the input is gzip.
    """

    name: str
    title: str
    form: str
    limit: float
    aim: float
    dedupe: bool = True
    stdin: bool = False
    c_options: tuple[str, ...] = ()
    with_engines: bool = False

    def input(self, data: Path, size: str) -> Path:
        return record_file(data, size, self.form)

    def yardstick(self, data: Path, size: str) -> tuple[str, Path]:
        """The program and the file that it decompresses."""
        if self.form == "gz":
            return "gzip", record_file(data, size, "gz")
        form = self.form if self.form == "frames" else "zst"
        return "zstd", record_file(data, size, form)


# The C peer splits a file into pieces where it can, which is faster there.
JOBS = [
    Job("zst", ".csv.zst, one frame, dedupe", "zst", limit=1.5, aim=1.05, with_engines=True),
    Job("zst-no-dedupe", ".csv.zst, one frame, no dedupe", "zst", limit=1.4, aim=1.0, dedupe=False),
    Job("frames", ".csv.zst, many frames, dedupe", "frames", limit=1.3, aim=0.85, c_options=("--pieces",)),
    Job(
        "plain", "plain CSV, dedupe", "plain", limit=0.9, aim=0.5, c_options=("--pieces",), with_engines=True
    ),
    Job("stdin", "stdin pipe of plain CSV, dedupe", "plain", limit=1.0, aim=0.6, stdin=True),
    Job("gz", ".csv.gz, dedupe", "gz", limit=1.1, aim=0.6),
]

PEAK_BYTES_MAX = 700 << 20
TIMES_FASTER_THAN_ENGINES = 3.0
OUT_FOLDER_LIMIT = 1.4
TIERED_LIMIT = 1.3
CREDIT_LIMIT = 1.6
# Rating into a new store, as a multiple of rating again in one.
RERATE_ALL_FASTER = 3
RERATE_ONE_FASTER = 10
RERATE_ONE_SHARE = 0.01
VERSION_SECONDS_MAX = 0.010
DECK_SECONDS_MAX = 0.6
DECK_ROWS = 500_000
MEMORY_OPTION_BYTES = 1 << 30  # ratemill's default for --memory
MEMORY_ALLOWANCE_BYTES = 256 << 20
SECONDS_PER_EVENT_GROWTH_MAX = 1.15


def record_file(data: Path, size: str, form: str) -> Path:
    endings = {"plain": "csv", "zst": "csv.zst", "frames": "frames.zst", "gz": "csv.gz"}
    return data / f"cdr_{size}.{endings[form]}"
