"""What went wrong when a connection could not be made, said so that somebody can mend it."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import asyncio
from datetime import UTC, datetime

from asyncua import ua
from cryptography import x509

from ironworks.core.clock import WallClock
from ironworks.core.errors import ConfigurationError, IronworksError, LinkError
from ironworks.core.security import Credentials

EXPIRY_WARNING_DAYS = 30.0
"""From so many days before a certificate expires its end is shown as a fault."""

_USER_CODES = {
    ua.StatusCodes.BadUserAccessDenied, ua.StatusCodes.BadIdentityTokenRejected, ua.StatusCodes.BadIdentityTokenInvalid,
    ua.StatusCodes.BadUserSignatureInvalid,
}  # fmt: skip


def explain(error: BaseException, endpoint: str, credentials: Credentials) -> IronworksError:
    """The error of a connection attempt as one of ours. Never shows a password."""
    if isinstance(error, IronworksError):
        return error
    code = getattr(error, "code", None)
    if code in _USER_CODES:
        return LinkError(
            f"the server refused user '{credentials.user}' (unknown user or wrong password)",
            endpoint,
            "a user of that server with its password",
            f"correct user and password in '{credentials.file or 'the credentials'}', or have the server make new ones",
        )
    if code == ua.StatusCodes.BadCertificateTimeInvalid:
        return LinkError(
            f"the server says that our certificate '{credentials.certificate}' has expired or is not valid yet",
            endpoint,
            "a certificate in its time of validity",
            "renew it, and check this computer's clock",
        )
    if code is not None and ("Certificate" in _name(code) or code == ua.StatusCodes.BadSecurityChecksFailed):
        return LinkError(
            f"the server refused our certificate '{credentials.certificate}' ({_name(code)})",
            endpoint,
            "a certificate that the server trusts",
            "put it into the server's list of trusted clients",
        )
    if code is not None:
        return LinkError(f"the server refused the connection: {_name(code)}", endpoint, remedy="ask its administrator")
    if isinstance(error, asyncio.TimeoutError | TimeoutError | asyncio.CancelledError):
        return LinkError(
            "no answer while connecting",
            endpoint,
            f"a server with security policy {credentials.security_policy} and the certificate "
            f"'{credentials.server_certificate}'",
            "check that it runs, and that the certificate is still its own",
        )
    if isinstance(error, OSError):
        return LinkError(
            f"no server answers ({error.strerror or type(error).__name__})",
            endpoint,
            "an OPC UA server at this address",
            "start it, or correct the endpoint; check firewall and network",
        )
    if "ertificate mismatch" in str(error):
        return LinkError(
            "the server shows another certificate than the one we know",
            endpoint,
            f"the certificate '{credentials.server_certificate}'",
            "if the server has a new one, fetch its credentials folder anew; if not, somebody stands in between",
        )
    return LinkError(f"cannot connect: {type(error).__name__}: {error}", endpoint)


def _name(code: int) -> str:
    return ua.status_codes.get_name_and_doc(code)[0]


def certificate_faults(credentials: Credentials) -> list[str]:
    """What will soon stop us: certificates that expire within 30 days. LinkError for those that already have."""
    faults, now = [], datetime.fromtimestamp(WallClock().now(), UTC)
    for whose, path in (("our", credentials.certificate), ("the server's", credentials.server_certificate)):
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{whose} certificate is unreadable ({type(error).__name__})", str(path), "a certificate in PEM form",
                "restore it",
            ) from None  # fmt: skip
        end = certificate.not_valid_after_utc
        days = (end - now).total_seconds() / 86400.0
        if days <= 0.0 or certificate.not_valid_before_utc > now:
            raise LinkError(
                f"{whose} certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to {end:%Y-%m-%d}",
                str(path),
                f"a certificate that is valid today, {now:%Y-%m-%d}",
                "renew it (the simulated works does so when it starts), and check this computer's clock",
            )
        if days < EXPIRY_WARNING_DAYS:
            faults.append(f"{whose} certificate '{path}' expires in {days:.0f} days: renew it")
    return faults
