# ruff: noqa: E501
"""Mutants of the guards, made by hand: faults that a slip of the pen could make. The unit tests must kill every one.

    .venv/bin/python benchmarks/guard_mutants.py

Each mutant is written to a copy of the package in a temporary folder, never to the working tree.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RAILS = "guard/rails"
MUTANTS = [
    (f"{RAILS}/absolute_limit.py", "allowed = towards(move.current, move.value,", "allowed = towards(limits.low, move.value,"),
    (f"{RAILS}/absolute_limit.py", "if low <= move.value <= high:", "if low <= move.value:"),
    (f"{RAILS}/absolute_limit.py", "if low <= move.value <= high:", "if move.value <= high:"),
    (f"{RAILS}/absolute_limit.py", "if allowed == move.current:", "if False:"),
    (f"{RAILS}/absolute_limit.py", "        return (refused(KIND, f\"no", "        return () and (refused(KIND, f\"no"),
    (f"{RAILS}/rate.py", ">= limits.min_interval", "> 0.0"),
    (f"{RAILS}/rate.py", ">= limits.min_interval", "> limits.min_interval"),
    (f"{RAILS}/rate.py", "max(times)", "min(times)"),
    (f"{RAILS}/rate.py", "receipt.command.setpoint == move.setpoint and ", ""),
    (f"{RAILS}/rate.py", "receipt.status != WriteStatus.REFUSED_BY_PLANT", "receipt.status == WriteStatus.CONFIRMED"),
    (f"{RAILS}/rate.py", " and receipt.status != WriteStatus.REFUSED_BY_PLANT", ""),
    (f"{RAILS}/rate.py", "abs(move.value - move.current) <= reach", "move.value - move.current <= reach"),
    (f"{RAILS}/rate.py", "> question.image.time - HOUR", "> question.image.time + HOUR"),
    (f"{RAILS}/rate.py", "> question.image.time - HOUR", ">= question.image.time - HOUR"),
    (f"{RAILS}/rate.py", "receipt.command.value, receipt.command.verdict.move.current]", "receipt.command.value]"),
    (f"{RAILS}/rate.py", "max(values) - limits.max_rate_per_h", "min(values) - limits.max_rate_per_h"),
    (f"{RAILS}/rate.py", "min(values) + limits.max_rate_per_h", "max(values) + limits.max_rate_per_h"),
    (f"{RAILS}/rate.py", "or move.value == move.current", ""),
    (f"{RAILS}/rate.py", "values = [move.current]", "values = [move.value]"),
    (f"{RAILS}/rate.py", "        *_hour(question, move, limits, written),\n", ""),
    (f"{RAILS}/rate.py", "        *_step(question, move, limits),\n", ""),
    (f"{RAILS}/freshness.py", 'return f"{tag} never arrived"', 'return ""'),
    (f"{RAILS}/freshness.py", "if STALE in reading", "if False and STALE in reading"),
    (f"{RAILS}/freshness.py", "reading.age > oldest", "reading.age > 2.0 * oldest"),
    (f"{RAILS}/freshness.py", "reading.age < -question.resolution", "False"),
    (f"{RAILS}/freshness.py", "max(tag.period, question.resolution)", "tag.period"),
    (f"{RAILS}/freshness.py", " + tag.delay", ""),
    (f"{RAILS}/freshness.py", "-question.resolution <= age <=", "age <="),
    (f"{RAILS}/freshness.py", "<= question.rules.proposal_age_cycles * question.works.cycle", "<= float('inf')"),
    (f"{RAILS}/quality.py", "if reading.value is None:", "if False:"),
    (f"{RAILS}/quality.py", "reading.quality != Quality.GOOD", "reading.quality == Quality.BAD"),
    (f"{RAILS}/quality.py", "known.low <= reading.value <= known.high", "known.low <= reading.value"),
    (f"{RAILS}/quality.py", "known.low <= reading.value <= known.high", "known.low < reading.value < known.high"),
    (f"{RAILS}/quality.py", "read_back is None or", "True or"),
    (f"{RAILS}/solver_outcome.py", "if not isinstance(outcome, Solved):", "if False:"),
    (f"{RAILS}/solver_outcome.py", "outcome.status != SolverStatus.OPTIMAL", "False"),
    (f"{RAILS}/permission.py", "question.mode != Mode.AUTO", "question.mode < Mode.ADVISORY"),
    (f"{RAILS}/permission.py", "if alarm is None:", "if False:"),
    (f"{RAILS}/permission.py", "if alarm != 0.0", "if alarm > 1.0"),
    (f"{RAILS}/permission.py", 'if link_down(question.image.faults)', "if False"),
    (f"{RAILS}/permission.py", "any(fault.startswith", "all(fault.startswith"),
    ("guard/question.py", "if low > high or value == current:", "if value == current:"),
    ("guard/question.py", "return max(current, min(value, high))", "return min(value, high)"),
    ("guard/question.py", "return min(current, max(value, low))", "return max(value, low)"),
    ("guard/question.py", "(*named, self.proposal.setpoint, *protection)", "(*named, *protection)"),
    ("guard/question.py", "(*named, self.proposal.setpoint, *protection)", "(*named, self.proposal.setpoint)"),
    ("guard/chain.py", "any(action.effect == GuardEffect.REFUSED", "all(action.effect == GuardEffect.REFUSED"),
    ("guard/chain.py", "isinstance(proposal, Hold) or ", ""),
    ("guard/chain.py", "value = min(ways", "value = max(ways"),
    ("guard/chain.py", "self._rules, self._resolution)", "self._rules)"),
    ("guard/ladder.py", "strikes.bad > rules.bad_cycles", "strikes.bad >= rules.bad_cycles"),
    ("guard/ladder.py", "strikes.bad > rules.bad_cycles", "strikes.bad > rules.bad_cycles + 1"),
    ("guard/ladder.py", "strikes.link > rules.link_cycles", "strikes.link >= rules.link_cycles"),
    ("guard/ladder.py", "strikes.link > rules.link_cycles", "False"),
    ("guard/ladder.py", "strikes.failed >= rules.solver_failures", "strikes.failed > rules.solver_failures"),
    ("guard/ladder.py", "strikes.blind > rules.blind_cycles", "strikes.blind >= rules.blind_cycles"),
    ("guard/ladder.py", "strikes.blind > rules.blind_cycles", "False"),
    ("guard/ladder.py", "bad=0 if good or not seen_good else", "bad=0 if good else"),
    ("guard/ladder.py", "if strikes.decided else 0", ""),
    ("guard/ladder.py", "decided=True, failed=0, blind=0", "decided=True, failed=0"),
    ("guard/ladder.py", "decided=True, failed=0, blind=0", "decided=True, blind=0"),
    ("guard/ladder.py", "strikes.failed + 1 if proposal.outcome.status in SOLVER_TROUBLE else 0", "strikes.failed + 1"),
    ("guard/ladder.py", " or any(receipt.status in LOST_WRITES for receipt in receipts)", ""),
    ("guard/ladder.py", "strikes.link + 1 if lost else 0", "strikes.link + 1 if lost else strikes.link"),
    ("guard/ladder.py", "if proposal.setpoint == setpoint]", "]"),
    ("guard/ladder.py", "if receipt.command.setpoint == setpoint]", "]"),
    ("guard/ladder.py", "ladder.lower(setpoint, Mode.ADVISORY", "ladder.lower(setpoint, Mode.OFF"),
    ("guard/ladder.py", "        if receipt.status in BAD_WRITES\n", "        if receipt.status == WriteStatus.MISMATCH\n"),
]  # fmt: skip
"""File, text, and what a slip makes of it."""


def main() -> int:
    """Print the mutants that live; exit 1 if there are any."""
    alive = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src", copy)
        for number, (file, text, slip) in enumerate(MUTANTS):
            path = copy / "ironworks" / file
            whole = path.read_text()
            if text not in whole:
                raise SystemExit(f"mutant {number}: '{text}' is not in {file}; mend the list")
            path.write_text(whole.replace(text, slip, 1))
            if not killed(copy):
                alive.append(f"{file}: {text!r} -> {slip!r}")
            path.write_text(whole)
        print("alive without any change" if not killed(copy) else "the tests fail without any change")
    print(f"{len(MUTANTS) - len(alive)} of {len(MUTANTS)} mutants killed")
    print("\n".join(alive))
    return 1 if alive else 0


def killed(source: Path) -> bool:
    """Whether the guards' unit tests fail on that copy of the package."""
    tests = sorted(map(str, (ROOT / "tests" / "unit").glob("test_guard_*.py")))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        f"pythonpath={source}",
        *tests,
    ]
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(main())
