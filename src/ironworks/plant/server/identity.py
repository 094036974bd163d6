"""What a server's state folder holds of identity, made on first start:

    server/     certificate.pem, private_key.pem
    users.json  salted hashes
    trusted/    certificates of the clients that may come in
    clients/<user>/credentials.toml with the client's certificate and key, and the server's certificate

To give a user new credentials, delete its folder under clients/ and start the server again.
"""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

from ironworks.core.security import Credentials, read_credentials, write_credentials, write_private
from ironworks.plant.server.access import (
    USERS,
    Account,
    PlantUserManager,
    TrustList,
    new_password,
    read_accounts,
    write_accounts,
)
from ironworks.plant.server.certificates import KeyPair, ensure_key_pair


@dataclass(frozen=True, slots=True)
class Identity:
    """The server's own key pair, and who may come in."""

    application_uri: str
    key_pair: KeyPair
    users: PlantUserManager
    trust: TrustList


def credentials_file(state_dir: Path, user: str) -> Path:
    """Where the credentials of a user lie."""
    return state_dir / "clients" / user / "credentials.toml"


def ensure_identity(state_dir: Path, works: str, endpoint: str) -> Identity:
    """The identity of the server of `works` in its state folder; what is missing is made, what expires is renewed."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    host = urlparse(endpoint).hostname or "localhost"
    uri = f"urn:{socket.gethostname()}:ironworks:{works}"
    pair = ensure_key_pair(state_dir / "server", uri, server=True, hosts=(host,))
    trust = TrustList(state_dir / "trusted")
    trust.folder.mkdir(exist_ok=True, mode=0o700)
    accounts = read_accounts(state_dir / "users.json")
    for user, may_write in USERS.items():
        accounts[user] = _ensure_client(state_dir, user, may_write, accounts.get(user), endpoint, pair)
    write_accounts(accounts, state_dir / "users.json")
    return Identity(uri, pair, PlantUserManager(accounts, trust), trust)


def _ensure_client(
    state_dir: Path, user: str, may_write: bool, account: Account | None, endpoint: str, server: KeyPair
) -> Account:
    file = credentials_file(state_dir, user)
    uri = f"urn:{socket.gethostname()}:ironworks:{user}"
    pair = ensure_key_pair(file.parent, uri, server=False)
    shutil.copyfile(pair.certificate, state_dir / "trusted" / f"{user}.pem")
    server_certificate = file.parent / "server_certificate.pem"
    write_private(server_certificate, server.certificate.read_bytes())
    if account is not None and file.exists():
        known = read_credentials(file)
        password = known.password
        if (known.endpoint, known.application_uri) == (endpoint, uri):
            return account
    else:
        password = new_password()
        account = Account.with_password(user, may_write, password)
    write_credentials(
        Credentials(endpoint, uri, user, password, pair.certificate, pair.private_key, server_certificate), file
    )
    return account
