"""Who may come in: users with hashed passwords and trusted client certificates. No default lets anybody in."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ironworks.core.clock import WallClock
from ironworks.core.errors import ConfigurationError
from ironworks.core.security import refuse_open_permissions, write_private

SCRYPT_COST, SCRYPT_BLOCK, SCRYPT_PARALLEL = 2**14, 8, 1
"""Cost of a password check (RFC 7914, interactive use): 16 MiB and some 50 ms. Our passwords are 192 random bits."""

USERS = {"controller": True, "viewer": False}
"""The users of a new server, and whether each may write the remote tags."""


@dataclass
class PlantUser(User):
    """A user who has been let in."""

    may_write: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the server keeps it: never the password, only its salted hash."""

    name: str
    may_write: bool
    salt: bytes
    hash: bytes

    @classmethod
    def with_password(cls, name: str, may_write: bool, password: str) -> "Account":
        """A new account."""
        salt = secrets.token_bytes(16)
        return cls(name, may_write, salt, password_hash(password, salt))


def new_password() -> str:
    """192 random bits in letters that survive a copy and paste."""
    return secrets.token_urlsafe(24)


def password_hash(password: str, salt: bytes) -> bytes:
    """scrypt of a password."""
    return hashlib.scrypt(
        password.encode(), salt=salt, n=SCRYPT_COST, r=SCRYPT_BLOCK, p=SCRYPT_PARALLEL, maxmem=64 * 2**20, dklen=32
    )


def read_accounts(file: Path) -> dict[str, Account]:
    """Accounts by name; none if the file does not exist yet."""
    if not file.exists():
        return {}
    refuse_open_permissions(file)
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {
            name: Account(name, bool(row["may_write"]), bytes.fromhex(row["salt"]), bytes.fromhex(row["scrypt"]))
            for name, row in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"unreadable list of users ({type(error).__name__})",
            str(file),
            "the file that the server's first start has made",
            "restore it, or delete it to have new credentials made for all users",
        ) from error


def write_accounts(accounts: Mapping[str, Account], file: Path) -> None:
    """Keep the accounts, mode 0600."""
    rows = {a.name: {"may_write": a.may_write, "salt": a.salt.hex(), "scrypt": a.hash.hex()} for a in accounts.values()}
    write_private(file, json.dumps(rows, indent=2).encode())


class TrustList:
    """Client certificates that an administrator has put into a folder (*.pem, *.der); read anew at every question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        options = CertificateValidatorOptions.EXT_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
        self._validator = CertificateValidator(options)

    async def validate(self, certificate: x509.Certificate, application: ua.ApplicationDescription) -> None:
        """For CreateSession: trusted, in its time of validity, for this use, and of the application that shows it."""
        self.check(certificate.public_bytes(Encoding.DER))
        await self._validator.validate(certificate, application)

    def check(self, certificate: bytes | None) -> None:
        """ServiceError unless this (DER) is a trusted certificate in its time of validity."""
        if not certificate or certificate not in self._trusted():
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)
        shown, now = x509.load_der_x509_certificate(certificate), datetime.fromtimestamp(WallClock().now(), UTC)
        if not shown.not_valid_before_utc <= now <= shown.not_valid_after_utc:
            raise ServiceError(ua.StatusCodes.BadCertificateTimeInvalid)

    def _trusted(self) -> set[bytes]:
        found = {file.read_bytes() for file in self.folder.glob("*.der")}
        for file in self.folder.glob("*.pem"):
            try:
                found.add(x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER))
            except ValueError:
                continue  # a file that is no certificate lets nobody in
        return found


class PlantUserManager(UserManager):
    """Lets in a known user with the right password over a secure channel whose certificate is trusted.

    The channel's certificate is checked here once more: a client may leave it out of its CreateSession request, and
    the library then does not ask the validator; nor does it on a channel without security.
    """

    def __init__(self, accounts: Mapping[str, Account], trust: TrustList) -> None:
        self._accounts, self._trust = dict(accounts), trust
        self._nobody = Account.with_password("", False, new_password())

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> PlantUser | None:
        """The user, or None. Certificates first: who is not trusted does not even cost us a password check."""
        self._trust.check(certificate)
        account = self._accounts.get(username or "", self._nobody)
        # the same work for unknown users, so that the time of an answer tells nothing
        known = hmac.compare_digest(password_hash(password or "", account.salt), account.hash)
        if not known or account is self._nobody:
            return None
        return PlantUser(role=UserRole.User, name=account.name, may_write=account.may_write)
