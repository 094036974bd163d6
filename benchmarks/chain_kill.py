"""kill -9 of the running chain at random moments: is every acknowledged record there, how long is a start, which modes?

`python -m benchmarks.chain_kill [TIMES]` (20 if not given). The furnace goes on from its own saved state.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.chain_process import ChainProcess
from ironworks.commands.plant import hold_folder
from ironworks.core.mode import Mode
from ironworks.record import SqliteReader

SPEED = "600"
START_WITHIN_S = 120.0


def check(folder: Path, acknowledged: int) -> list[str]:
    """What is wrong with the record after a kill."""
    reader = SqliteReader(folder / "record")
    try:
        numbers = {cycle.number for cycle in reader.cycles(0.0, 1e12)}
        missing = sorted(set(range(1, acknowledged + 1)) - numbers)
        verdict = reader.verify()
    finally:
        reader.close()
    faults = [f"cycles {missing} are missing"] if missing else []
    return faults + ([] if verdict.sound else [f"the journal breaks at row {verdict.broken_at}: {verdict.message}"])


def modes_at_start(folder: Path) -> list[str]:
    """Set points that stand above ADVISORY."""
    reader = SqliteReader(folder / "record")
    try:
        return [setpoint for setpoint, mode in reader.modes().items() if mode > Mode.ADVISORY]
    finally:
        reader.close()


def main(times: int) -> int:
    """Kill so many times; print what was found."""
    randomness, faults, starts = random.Random(7), [], []
    with tempfile.TemporaryDirectory() as name:
        folder, acknowledged = Path(name), 0
        for kill in range(1, times + 1):
            chain = ChainProcess("--speed", SPEED, "--state", name, "--history", "12h")
            chain.wait_for("times real time", START_WITHIN_S)
            if kill > 1:
                starts.append(chain.seconds_to_start)
                faults += [
                    f"kill {kill - 1}: {each} above ADVISORY after the restart" for each in modes_at_start(folder)
                ]
            chain.wait_for_cycle(acknowledged + 1, 60)
            time.sleep(randomness.uniform(0.0, 4.0))
            chain.kill()
            acknowledged = chain.acknowledged
            faults += [f"kill {kill}: {fault}" for fault in check(folder, acknowledged)]
            print(f"kill {kill}: {acknowledged} cycles acknowledged, start {chain.seconds_to_start:.1f} s", flush=True)
        hold_folder(folder / "plant").close()  # the last works ends with its chain, and then lets go of its folder
    print(f"{times} kills, {acknowledged} cycles, {len(faults)} faults; start after a kill: ", end="")
    print(f"median {sorted(starts)[len(starts) // 2]:.1f} s, longest {max(starts):.1f} s" if starts else "not measured")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
