"""One session of measuring: where things are, what outputs are compared with, and the runs of each job."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from . import correctness
from .jobs import Job
from .measure import Command, Contender, RunFailed, run, run_in_turns, say, warm
from .programs import Peer, Ratemill


@dataclass
class Reference:
    """What a peer made of the records, with or without dedupe: each output is compared with it."""

    peer: Peer
    summary: Path
    totals: dict
    peer_digest: str
    ratemill_digest: str | None = None
    findings: list[str] = field(default_factory=list)


@dataclass
class Session:
    """The programs, folders and settings of one call of run.py."""

    data: Path
    work: Path
    size: str
    rounds: int
    engine_rounds: int
    ratemill: Ratemill | None
    peers: list[Peer]
    references: dict[bool, Reference] = field(default_factory=dict)
    is_wrong: bool = False

    def folder(self, name: str) -> Path:
        """An empty folder for the outputs of one program."""
        path = self.work / "out" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    # Correctness, before anything is timed.

    def check(self, job: Job) -> list[str]:
        """Rates the job's input once with ratemill, compares with a peer, and returns what to tell about it.

        The peer runs once with and once without dedupe. ratemill runs for every job, because every way of
        reading has bugs of its own; its output is read row by row the first time and compared by digest then.
        """
        if not self.peers:
            return [f"{job.title}: not checked, there is no peer"]
        reference = self.references.get(job.dedupe) or self._make_reference(job)
        if self.ratemill is None or reference is None:
            return []
        out = self.folder("check-ratemill") / "summary.csv"
        log = self.work / "out" / "check-ratemill.json"
        try:
            run(self.ratemill.rate(job.input(self.data, self.size), out, job.dedupe, job.stdin), log)
            if reference.ratemill_digest is None:
                return self._compare(job, reference, out, log)
            if correctness.digest(out) != reference.ratemill_digest:
                raise correctness.BadOutput("the summary differs from that of the job before")
        except (RunFailed, correctness.BadOutput) as failure:
            return self._wrong([f"{job.title}: WRONG, {failure}"])
        return [f"{job.title}: the same bytes"]

    def _make_reference(self, job: Job) -> Reference | None:
        peer = self.peers[0]
        out = self.folder("reference-dedupe" if job.dedupe else "reference")
        log = self.work / "out" / "reference.json"
        say(f"{job.title}: rating with {peer.name} for comparison")
        try:
            run(peer.rate(job, self.data, job.input(self.data, self.size), out), log)
            totals = correctness.read_totals(log)
        except (RunFailed, correctness.BadOutput) as failure:
            self._wrong([])
            say(f"{peer.name}: {failure}")
            return None
        summary = out / "summary.csv"
        reference = Reference(peer, summary, totals, correctness.digest(summary))
        self.references[job.dedupe] = reference
        return reference

    def _compare(self, job: Job, reference: Reference, out: Path, log: Path) -> list[str]:
        """Row by row, then the totals."""
        say(f"{job.title}: comparing every row with {reference.peer.name}'s")
        report = correctness.read_totals(log)
        comparison = correctness.compare_rows(
            correctness.ratemill_rows(out), correctness.peer_rows(reference.summary)
        )
        wrong = correctness.total_differences(comparison, report, reference.totals)
        if comparison.differing:
            wrong.append(f"{comparison.differing} rows differ, such as: {'; '.join(comparison.examples)}")
        if wrong:
            return self._wrong([f"{job.title}: WRONG, {line}" for line in wrong])
        reference.ratemill_digest = correctness.digest(out)
        lines = [f"{job.title}: {comparison.rows} rows and all sums equal those of {reference.peer.name}"]
        for name, ours, theirs, why in correctness.door_differences(report, reference.totals):
            lines.append(f"{job.title}: {name} {ours} against {theirs} ({ours - theirs:+d}): {why}")
        return lines

    def _wrong(self, lines: list[str]) -> list[str]:
        self.is_wrong = True
        return lines

    # Time.

    def measure(self, job: Job) -> list[Contender]:
        """The yardstick, ratemill and the peers in turns; the yardstick is the first."""
        cdrs = job.input(self.data, self.size)
        tool, compressed = job.yardstick(self.data, self.size)
        warm(cdrs, compressed)
        logs = self.folder("logs")
        yardstick = Command([tool, "-dc", str(compressed)])
        # To /dev/null, like the outputs of the others to the page cache: nobody waits for a disk.
        contenders = [Contender(f"{tool} -dc", yardstick, Path("/dev/null"))]
        if self.ratemill:
            contenders.append(self._ratemill_contender(job, cdrs, logs))
        for peer in self.peers:
            if not peer.is_engine or job.with_engines:
                contenders.append(self._peer_contender(peer, job, cdrs, logs))
        run_in_turns(contenders, self.rounds, job.name)
        return contenders

    def _ratemill_contender(self, job: Job, cdrs: Path, logs: Path) -> Contender:
        out = self.folder("ratemill") / "summary.csv"

        def check() -> str | None:
            reference = self.references.get(job.dedupe)
            if not reference or not reference.ratemill_digest:
                return None
            return None if correctness.digest(out) == reference.ratemill_digest else "WRONG: other bytes"

        return Contender(
            "ratemill",
            self.ratemill.rate(cdrs, out, job.dedupe, job.stdin),
            logs / "ratemill.json",
            prepare=lambda: out.unlink(missing_ok=True),
            check=check,
        )

    def _peer_contender(self, peer: Peer, job: Job, cdrs: Path, logs: Path) -> Contender:
        out = self.folder(peer.name)

        def check() -> str | None:
            reference = self.references.get(job.dedupe)
            if not reference or correctness.digest(out / "summary.csv") == reference.peer_digest:
                return None
            return "WRONG: other bytes"

        return Contender(
            peer.name,
            peer.rate(job, self.data, cdrs, out),
            logs / f"{peer.name}.json",
            prepare=lambda: (out / "summary.csv").unlink(missing_ok=True),
            check=check,
            rounds=self.engine_rounds if peer.is_engine else None,
        )
