"""Application certificates, made on first start and renewed before they expire.

RSA 2048 with SHA-256: the least that Basic256Sha256 asks for (OPC UA part 7) and what every client of the field reads.
"""

import ipaddress
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ironworks.core.clock import WallClock
from ironworks.core.errors import ConfigurationError
from ironworks.core.security import refuse_open_permissions, write_private

KEY_BITS = 2048
VALID_FOR = timedelta(days=3 * 365)
RENEW_BEFORE = timedelta(days=30)
CLOCK_SKEW = timedelta(days=1)
"""A new certificate counts from a day ago, so that a client whose clock is behind accepts it."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Where an application's certificate and private key lie."""

    certificate: Path
    private_key: Path


def ensure_key_pair(folder: Path, application_uri: str, server: bool, hosts: tuple[str, ...] = ()) -> KeyPair:
    """The key pair in `folder`, made if it is not there, is for another application, or expires within 30 days.

    `server`: whether it is for a server (else for a client). `hosts`: names and addresses beside this computer's own.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pair = KeyPair(folder / "certificate.pem", folder / "private_key.pem")
    if not _still_good(pair, application_uri):
        _make(pair, application_uri, server, hosts)
    refuse_open_permissions(pair.private_key)
    return pair


def _now() -> datetime:
    return datetime.fromtimestamp(WallClock().now(), UTC)


def _still_good(pair: KeyPair, application_uri: str) -> bool:
    if not pair.certificate.exists() or not pair.private_key.exists():
        return False
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        key = serialization.load_pem_private_key(pair.private_key.read_bytes(), None)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, x509.ExtensionNotFound) as error:
        raise ConfigurationError(
            f"unreadable certificate or key: {type(error).__name__}",
            str(pair.certificate.parent),
            "certificate.pem and private_key.pem",
            "restore both, or delete both to have new ones made",
        ) from error
    return (
        certificate.not_valid_after_utc - _now() > RENEW_BEFORE
        and application_uri in names.get_values_for_type(x509.UniformResourceIdentifier)
        and certificate.public_key() == key.public_key()
    )


def _make(pair: KeyPair, application_uri: str, server: bool, hosts: tuple[str, ...]) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, application_uri[-64:]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ironworks"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    role = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - CLOCK_SKEW)
        .not_valid_after(_now() + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([role]), critical=False)
        .add_extension(_alternative_names(application_uri, hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(pair.private_key, private)
    write_private(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _alternative_names(application_uri: str, hosts: tuple[str, ...]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(application_uri)]
    for host in dict.fromkeys((*hosts, socket.gethostname(), "localhost", "127.0.0.1")):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)
