"""What must stay true of the house, beyond what the import contracts say."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "ironworks"
ASKS_FOR_THE_TIME = re.compile(r"\btime\.time\(|datetime\.(?:now|utcnow)\(|\bdate\.today\(")


def test_nobody_but_the_clock_asks_for_the_time():
    asking = [
        f"{file.relative_to(SOURCE)}:{number}: {line.strip()}"
        for file in SOURCE.rglob("*.py")
        if file != SOURCE / "core" / "clock.py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if ASKS_FOR_THE_TIME.search(line)
    ]
    assert asking == []


def test_no_pickle():
    using = [
        str(file) for file in SOURCE.rglob("*.py") if re.search(r"^\s*(?:import|from) pickle", file.read_text(), re.M)
    ]
    assert using == []
