"""Kill -9 at random, 20 times: everything acknowledged is there, once, and the chain of the journal holds."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import record_kit
from ironworks.record import SqliteRecord
from record_kit import T0, TAGS, batch, cycle

KILLS = 20
LONGEST_LIFE_S = 0.4


def live_and_die(zygote: subprocess.Popen[str], life: float) -> int:
    """Let one writer live that long, kill it, and return the last number it acknowledged."""
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write("go\n")
    zygote.stdin.flush()
    pid = int(zygote.stdout.readline().removeprefix("pid "))
    time.sleep(life)
    os.kill(pid, signal.SIGKILL)
    acknowledged = 0
    while (line := zygote.stdout.readline()) != "dead\n":
        acknowledged = int(line.removeprefix("ack "))
    return acknowledged


def every_row_once(record: SqliteRecord) -> None:
    """As many sample rows, hot and past, as were counted, and each number once."""
    sql = (
        "SELECT count(*) AS rows, count(DISTINCT id) AS ids, count(DISTINCT (tag, source_time)) AS places FROM samples"
    )
    (found,) = record.query(sql).to_pylist()
    assert set(found.values()) == {record.counts()["samples"]}


def test_killed_twenty_times(tmp_path):
    folder, lives = tmp_path / "record", random.Random(20261123)
    acknowledged, with_acks = 0, 0
    with subprocess.Popen(
        [sys.executable, str(Path(record_kit.__file__)), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as zygote:
        for kill in range(KILLS):
            last = live_and_die(zygote, lives.uniform(0.0, LONGEST_LIFE_S))
            with_acks += last > 0
            acknowledged = max(acknowledged, last)
            record = SqliteRecord(folder)
            assert record.warnings == ()
            assert record.last_cycle() >= acknowledged
            assert record.verify().sound
            if kill % 4 == 3:
                every_row_once(record)
            record.close()
    assert with_acks >= KILLS // 2  # the lives were long enough to prove something
    record = SqliteRecord(folder)
    last = record.last_cycle()
    assert list(folder.glob("past/*/*.parquet"))  # kills fell among moves into the past, too
    assert [row.number for row in record.cycles(T0, T0 + 1e9)] == list(range(1, last + 1))
    for number in range(1, last + 1, 7):
        assert record.cycle_record(number) == cycle(number)
        assert record.image_is_whole(number)
    history = record.history(TAGS, T0, T0 + 1e9)
    for place, tag in enumerate(TAGS):
        wanted = [batch(number)[place] for number in range(1, last + 1)]
        assert history[tag][:last] == wanted
        assert len(history[tag]) <= last + 1  # the samples of a cycle that died before its end
    record.close()
