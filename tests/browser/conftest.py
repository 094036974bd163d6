"""The page behind a real server on a free port, over a fake record."""

import importlib.util
import socket
import sys
import threading
import time
from pathlib import Path

import pytest


def load_fake_record():
    """The module fake_record beside this file, which no package holds."""
    if "ironworks_fake_record" not in sys.modules:
        place = Path(__file__).with_name("fake_record.py")
        spec = importlib.util.spec_from_file_location("ironworks_fake_record", place)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["ironworks_fake_record"] = module
        spec.loader.exec_module(module)
    return sys.modules["ironworks_fake_record"]


class Served:
    """A page server in a thread, over a fake record; it can be stopped and started again on the same port."""

    def __init__(self, speed: float = 60.0, token: str = "the-token", with_desk: bool = True) -> None:
        from ironworks.core.clock import AcceleratedClock
        from ironworks.core.works import load_works

        fake = load_fake_record()
        self.clock = AcceleratedClock(fake.START, speed)
        self.works = load_works("demo")
        self.record = fake.blemished(fake.FakeRecord(self.works, self.clock, 30 * fake.HOUR))
        self.token = token
        self.desk = fake.FakeDesk(self.record) if with_desk else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        from ironworks.show.api import create_app
        from ironworks.show.server import page_server

        app = create_app(self.record, self.works, self.clock, self.desk, self.token)
        self.server = page_server(app, port=self.port)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 15.0
        while not self.server.started:
            assert time.monotonic() < until, "the server has not started within 15 s"
            time.sleep(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10.0)
        assert not self.thread.is_alive(), "the server has not stopped within 10 s: a stream holds it up"


@pytest.fixture
def served():
    """A server at 60 times real time, stopped afterwards."""
    server = Served()
    yield server
    server.stop()
