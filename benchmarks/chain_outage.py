"""The works' OPC UA server is stopped for 60 s and started again: stale within three periods, nothing decided, resumes?

`python -m benchmarks.chain_outage [SECONDS]` at 60 times real time: an outage of one plant hour.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.chain_process import ChainProcess
from ironworks.commands.addresses import free_endpoint
from ironworks.core.decision import Move
from ironworks.record import SqliteReader

SPEED = 60


def serve(folder: Path, endpoint: str) -> subprocess.Popen[str]:
    """`ironworks plant serve` as a process of its own; returns once it can be connected to."""
    command = [sys.executable, "-m", "ironworks", "plant", "serve", "--speed", str(SPEED), "--ready-json"]
    command += ["--state", str(folder / "plant"), "--endpoint", endpoint, "--history", "12h"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "ready" in json.loads(line):
            return process
    raise RuntimeError("the plant did not start")


def main(seconds: float) -> int:
    """Print what the record says of the outage; 0 when all is as it should be."""
    with tempfile.TemporaryDirectory() as name:
        folder, endpoint = Path(name), free_endpoint("opc.tcp://127.0.0.1:4900/ironworks/")
        plant = serve(folder, endpoint)
        credentials = folder / "plant" / "clients" / "controller" / "credentials.toml"
        arguments = ["--endpoint", endpoint, "--credentials", str(credentials), "--state", name]
        chain = ChainProcess(*arguments)
        chain.wait_for("times real time", 120)
        chain.wait_for_cycle(4, 120)
        plant.send_signal(signal.SIGTERM)
        plant.wait(30)
        last_before = chain.acknowledged
        time.sleep(seconds)
        plant = serve(folder, endpoint)
        last_out = chain.acknowledged
        chain.wait_for_cycle(last_out + 6, 180)
        chain.stop()
        plant.send_signal(signal.SIGTERM)
        plant.wait(30)
        return report(folder, last_before, last_out)


def report(folder: Path, last_before: int, last_out: int) -> int:
    """One line a cycle around the outage."""
    reader = SqliteReader(folder / "record")
    decided, resumed = 0, False
    print("cycle  link  fast tags usable  moves  written  failures")
    for number in range(max(1, last_before - 1), last_out + 7):
        cycle = reader.cycle_record(number)
        fast = ("blast_volume", "coal_injection_rate", "hot_blast_pressure", "top_gas_temperature")
        usable = sum(cycle.image.usable(tag) is not None for tag in fast)
        moves = sum(isinstance(proposal, Move) for proposal in cycle.proposals)
        down = "link_down" in cycle.image.faults
        decided += moves if down else 0
        resumed = number > last_out and usable == len(fast)
        link = "down" if down else "up"
        print(f"{number:5}  {link:4}  {usable} of {len(fast)}  {moves:14}  {len(cycle.receipts):7}  {cycle.failures}")
    reader.close()
    print(f"moves decided while the link was down: {decided}; resumed by itself: {resumed}")
    return 0 if resumed and not decided else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))
