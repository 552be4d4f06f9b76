"""The programs that are compared: where they are, whether they can be had, and how they are called."""

from dataclasses import dataclass
from pathlib import Path

from .jobs import Job
from .measure import Command

BENCHMARKS = Path(__file__).resolve().parent.parent
ENGINES = {"DuckDB": "duckdb", "ClickHouse": "clickhouse", "Polars": "polars"}
ENGINE_PACKAGES = {"DuckDB": "duckdb", "ClickHouse": "chdb", "Polars": "polars"}


@dataclass(frozen=True)
class Ratemill:
    """The product, rating by account, rating group and day."""

    program: Path
    catalog: Path
    name: str = "ratemill"

    def rate(
        self,
        cdrs: Path,
        out: Path,
        dedupe: bool = True,
        stdin: bool = False,
        catalog: Path | None = None,
        by: str = "account,rating_group,day",
    ) -> Command:
        """Writes one CSV to `out` and the report as JSON to stdout."""
        argv = [str(self.program), "rate", "--catalog", str(catalog or self.catalog)]
        argv += ["--by", by, "-o", str(out), "--max-suspense", "100%", "--json"]
        if not dedupe:
            argv.append("--no-dedupe")
        if stdin:
            return Command([*argv, "--source", "calls", "-"], feed=cdrs)
        return Command([*argv, str(cdrs)])

    def rate_to_folder(self, cdrs: Path, out: Path) -> Command:
        """Writes the whole output folder of schema 1."""
        argv = [str(self.program), "rate", "--catalog", str(self.catalog), "--out", str(out), "--force"]
        return Command([*argv, "--max-suspense", "100%", str(cdrs)])

    def rate_to_store(self, cdrs: Path, store: Path) -> Command:
        """Rates into a billing store and commits."""
        argv = [str(self.program), "rate", "--catalog", str(self.catalog), "--store", str(store)]
        return Command([*argv, "--max-suspense", "100%", str(cdrs)])

    def rerate(self, store: Path, catalog: Path) -> Command:
        """Rates what the store has again with another catalog and commits."""
        return Command([str(self.program), "rerate", "--store", str(store), "--catalog", str(catalog)])

    def version(self) -> Command:
        return Command([str(self.program), "version"])


@dataclass(frozen=True)
class Peer:
    """A program that writes OUT/summary.csv and prints its totals as one line of JSON."""

    name: str
    argv: tuple[str, ...]
    is_engine: bool

    def rate(self, job: Job, data: Path, cdrs: Path, out: Path, plans: str = "flat") -> Command:
        """The job on `cdrs`; the engines cannot read a pipe and get the file instead."""
        from_pipe = job.stdin and not self.is_engine
        argv = [*self.argv, str(data), "-" if from_pipe else str(cdrs), str(out)]
        if job.dedupe:
            argv.append("--dedupe")
        if not self.is_engine:
            argv += job.c_options
        if plans != "flat":
            argv += ["--plans", plans]
        if from_pipe:
            argv += ["--expect-bytes", str(cdrs.stat().st_size)]
        return Command(argv, feed=cdrs if from_pipe else None)


def find_peers(work: Path, wanted: set[str] | None) -> tuple[list[Peer], list[str]]:
    """The peers that can be run, the C one first, and a word about each that cannot."""
    found, missing = [], []
    program = work / "rate-c"
    if wanted is None or "C" in wanted:
        if program.exists():
            found.append(Peer("C", (str(program),), is_engine=False))
        else:
            missing.append("C: skipped, not built; run Benchmarks/peers/install-peers.sh")
    python = work / "venv" / "bin" / "python"
    for name, stem in ENGINES.items():
        if wanted is not None and name not in wanted:
            continue
        if any((work / "venv").glob(f"lib/python*/site-packages/{ENGINE_PACKAGES[name]}")):
            script = BENCHMARKS / "peers" / f"{stem}_peer.py"
            found.append(Peer(name, (str(python), str(script)), is_engine=True))
        else:
            missing.append(f"{name}: skipped, not installed; run Benchmarks/peers/install-peers.sh")
    return found, missing
