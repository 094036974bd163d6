"""What a client needs to be let in, as files: shared by the plant's server, which writes them, and by the chain.

A credentials file is TOML. Paths in it are relative to its folder, so that the folder can be moved as a whole:

    endpoint = "opc.tcp://127.0.0.1:4840/ironworks/"
    application_uri = "urn:host:ironworks:controller"
    user = "controller"
    password = "..."
    security_policy = "Basic256Sha256"
    certificate = "certificate.pem"
    private_key = "private_key.pem"
    server_certificate = "server_certificate.pem"
"""

import json
import os
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from ironworks.core.errors import ConfigurationError, nearest

SECURITY_POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
"""Security policies that are still current (OPC UA part 7, profiles of 1.05); always used with SignAndEncrypt."""

_TEXTS = ("endpoint", "application_uri", "user", "password", "security_policy")
_FILES = ("certificate", "private_key", "server_certificate")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to an OPC UA server, and who the server must be. The password never appears in a representation."""

    endpoint: str
    application_uri: str
    user: str
    password: str = field(repr=False)
    certificate: Path
    private_key: Path
    server_certificate: Path
    security_policy: str = SECURITY_POLICIES[0]
    file: Path | None = field(default=None, compare=False)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, all or nothing, and make it durable."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def refuse_open_permissions(path: Path) -> None:
    """ConfigurationError if others than the owner may read or write the file (not judged on Windows)."""
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            "others than the owner may read this file", str(path), "mode 0600", f"run: chmod 600 '{path}'"
        )


def write_credentials(credentials: Credentials, file: Path) -> None:
    """Write a credentials file, mode 0600. The certificates and the key must lie in its folder or below."""
    texts = {name: str(getattr(credentials, name)) for name in _TEXTS}
    paths = {name: Path(getattr(credentials, name)).relative_to(file.parent).as_posix() for name in _FILES}
    # a JSON string is also a TOML basic string
    lines = [f"{name} = {json.dumps(value)}" for name, value in (texts | paths).items()]
    write_private(file, ("\n".join(lines) + "\n").encode())


def read_credentials(file: Path) -> Credentials:
    """Credentials of a file; ConfigurationError that names the file, the entry and the remedy, never the password."""
    where = str(file)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "there is no such credentials file",
            where,
            "the file that the server's first start or its administrator has made",
            "start the plant first, or correct the path",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # an error of TOML may quote the line: only its kind is shown
        raise ConfigurationError(f"unreadable ({type(error).__name__})", where, "a TOML file", "restore it") from None
    refuse_open_permissions(file)
    for name in content:
        if name not in _TEXTS + _FILES:
            raise ConfigurationError(f"unknown entry '{name}'", where, "an entry", nearest(name, _TEXTS + _FILES))
    for name in _TEXTS + _FILES:
        if name == "security_policy" and name not in content:
            continue
        if not isinstance(content.get(name), str) or not content[name]:
            raise ConfigurationError(f"entry '{name}' is missing or no text", where, "a text in quotes", "add it")
    policy = content.get("security_policy", SECURITY_POLICIES[0])
    if policy not in SECURITY_POLICIES:
        remedy = nearest(str(policy), SECURITY_POLICIES)
        raise ConfigurationError(f"security policy '{policy}'", where, " or ".join(SECURITY_POLICIES), remedy)
    paths = {name: file.parent / content[name] for name in _FILES}
    for name, path in paths.items():
        if not path.is_file():
            raise ConfigurationError(f"{name} '{path}' does not exist", where, "a PEM file", "restore it")
    refuse_open_permissions(paths["private_key"])
    return Credentials(
        content["endpoint"], content["application_uri"], content["user"], content["password"], paths["certificate"],
        paths["private_key"], paths["server_certificate"], policy, file,
    )  # fmt: skip
