"""Starts the chain as a process, as a plant would, for the other benchmarks: `python -m benchmarks.chain_process`."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

CYCLE = re.compile(r"^cycle (\d+) ")


class ChainProcess:
    """`ironworks run --no-page` in the background. `acknowledged` is the last cycle that it said it had recorded."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "ironworks", "run", "--no-page", "--json", *arguments]
        environment = {**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        self.started = time.perf_counter()
        self.acknowledged, self.lines, self.seconds_to_start = 0, [], float("nan")
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._changed:
                self.lines.append(line.rstrip())
                if "times real time" in line:
                    self.seconds_to_start = time.perf_counter() - self.started
                if match := CYCLE.match(line):
                    self.acknowledged = int(match[1])
                self._changed.notify_all()

    def wait_for(self, text: str, seconds: float) -> None:
        """Wait for a line with that text."""
        with self._changed:
            if not self._changed.wait_for(lambda: any(text in line for line in self.lines), seconds):
                raise TimeoutError(f"no '{text}' within {seconds} s; said: {self.lines[-5:]}")

    def wait_for_cycle(self, number: int, seconds: float) -> None:
        """Wait until that cycle has been recorded."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.acknowledged >= number, seconds):
                raise TimeoutError(f"no cycle {number} within {seconds} s; said: {self.lines[-5:]}")

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> str:
        """Ask it to stop; what it printed."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.stdout is not None
        printed = self._process.stdout.read()
        self._process.wait(30)
        return printed


def main() -> None:
    """Times a start from nothing and a second one."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for what in ("first start", "second start"):
            chain = ChainProcess("--speed", "60", "--state", str(Path(folder)), "--history", "1d")
            chain.wait_for("times real time", 300)
            chain.wait_for_cycle(1 if what == "first start" else 2, 60)
            print(f"{what}: {chain.seconds_to_start:.1f} s")
            chain.stop()


if __name__ == "__main__":
    main()
