"""Free addresses on this computer, for a simulated works and for the page."""

import socket
from urllib.parse import urlsplit

from ironworks.core.errors import LinkError

PORTS_TRIED = 50


def free_port(host: str, port: int) -> int:
    """The port, or the next free one above it; LinkError if there is none near."""
    for candidate in range(port, port + PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    raise LinkError(f"no free port from {port} on", host, "a port that nobody uses", "give another port or address")


def free_endpoint(endpoint: str) -> str:
    """The endpoint, with the next free port if its own is taken."""
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "127.0.0.1", parts.port or 4840
    return parts._replace(netloc=f"{host}:{free_port(host, port)}").geturl()
