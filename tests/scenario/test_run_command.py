"""The commands as a user runs them: processes, real sockets, real messages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ironworks(*arguments: str, folder: Path, seconds: float = 280.0) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own."""
    command = [sys.executable, "-m", "ironworks", *arguments]
    environment = {**os.environ, "COLUMNS": "300", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


@pytest.fixture(scope="module")
def hours(tmp_path_factory) -> tuple[dict, Path]:
    """Three plant hours of the demonstration works in closed loop over OPC UA, and their summary."""
    folder = tmp_path_factory.mktemp("run")
    done = ironworks(
        "run", "--works", str(ROOT / "works/demo"), "--speed", "900", "--for", "3h", "--history", "1d", "--no-page",
        "--json", "--state", "state", folder=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout), folder


def test_a_headless_run_closes_the_loop_and_says_so(hours):
    summary, _ = hours
    # A slow machine may take longer over a cycle than its 0.7 wall seconds; what it skips it has to say.
    assert summary["cycles"] + summary["skipped_cycles"] >= 17
    assert summary["failed_cycles"] == 0
    assert summary["limit_violations"] == []
    assert summary["commands_written"] == summary["commands_read_back"] > 0
    assert summary["record_rows"]["samples"] > 10_000
    assert summary["forecasts_scored"] > 0
    scored = {(row["target"], row["model"]) for row in summary["scores"]}
    assert ("hot_metal_temperature", "persistence") in scored
    assert ("hot_metal_temperature", "mean_24h") in scored


def test_the_record_of_a_run_verifies(hours):
    _, folder = hours
    done = ironworks("record", "verify", "state/record", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "each in its place" in done.stdout


def test_private_files_are_private(hours):
    _, folder = hours
    secrets = [*folder.rglob("credentials.toml"), *folder.rglob("*key*.pem"), *folder.rglob("users.json")]
    assert len(secrets) >= 3
    assert all(file.stat().st_mode & 0o077 == 0 for file in secrets)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "dmeo"), "did you mean 'demo'?"),
        (("run", "--works", "nowhere"), "no works 'nowhere'"),
        (("run", "--for", "3 fortnights"), "'3 fortnights' is not a duration"),
        (("run", "--works", "demo", "--credentials", "none.toml", "--no-page"), "none.toml"),
        (("record", "verify", "nothing"), "no such folder"),
        (("backtest", "none.parquet", "--mapping", "none.toml", "--target", "hot_metal_silicon"), "none.toml"),
    ],
)
def test_bad_input_is_one_clear_message(arguments, said, tmp_path):
    done = ironworks(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_check_shows_the_demonstration_works_clean(tmp_path):
    done = ironworks("check", "demo", folder=tmp_path)
    assert done.returncode == 0
    assert "168 tags" in done.stdout
    assert "no faults" in done.stdout
