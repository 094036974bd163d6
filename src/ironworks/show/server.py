"""Serving the page: bound to this machine alone unless told otherwise."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8700


class PageServer(uvicorn.Server):
    """A server that ends its streams when it stops, instead of waiting for browsers to go away.

    Run it with `await server.serve()` beside other tasks, and stop it by `server.should_exit = True`. It leaves signals
    alone: they belong to whoever started it.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.hub.end_streams()
        await super().shutdown(sockets)


def page_server(app: FastAPI, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> PageServer:
    """A server for the app of `create_app`, not yet started. A `host` other than loopback must be among its `hosts`."""
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, lifespan="on",
        timeout_graceful_shutdown=3, ws="none",
    )  # fmt: skip
    return PageServer(config)
