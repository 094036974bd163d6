"""Who may come in and what may be written: asked with the library's plain client, as a stranger would."""

import dataclasses
import shutil
import stat

import pytest
import pytest_asyncio
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from ironworks.core.addresses import CLOCK_TIME
from ironworks.core.dictionary import Role
from ironworks.core.errors import ConfigurationError, LinkError
from ironworks.core.security import read_credentials
from ironworks.link.opcua import LinkSettings, OpcUaLink
from ironworks.plant.server import PlantServer
from ironworks.plant.server.certificates import ensure_key_pair
from opcua_kit import ToyPlant, make_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUICK = LinkSettings(request=3.0, connect=4.0)
VALUE = "coal_injection_rate_remote_value"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(demo_works, tmp_path_factory):
    server = make_server(demo_works, tmp_path_factory.mktemp("security"))
    await server.start()
    await server.tick(600.0)
    yield server
    await server.stop()


def plain_client(credentials, user=None, password=None):
    client = Client(credentials.endpoint, timeout=4.0)
    client.application_uri, client.session_timeout = credentials.application_uri, 60_000
    if user is not None:
        client.set_user(user)
        client.set_password(password or "")
    return client


async def secure(client, credentials, mode=ua.MessageSecurityMode.SignAndEncrypt):
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        str(credentials.certificate),
        str(credentials.private_key),
        server_certificate=str(credentials.server_certificate),
        mode=mode,
    )


async def refused(client) -> Exception:
    """The error of an attempt to log in and read a value."""
    try:
        await client.connect()
        await client.get_node(CLOCK_TIME).read_value()
    except (ua.UaError, OSError, TimeoutError) as error:
        client.disconnect_socket()
        return error
    await client.disconnect()
    raise AssertionError("it was let in")


def tag_node(works, name):
    return ua.NodeId.from_string(works.tags[name].source)


async def test_nobody_gets_in_without_a_user_and_its_password(server):
    mine = read_credentials(server.credentials_file("controller"))
    for user, password in (
        (None, None),
        ("admin", "admin"),
        ("admin", ""),
        ("admin", mine.password),
        ("nobody", mine.password),
        ("controller", ""),
        ("controller", "controller"),
        ("controller", mine.password + " "),
        ("Controller", mine.password),
        ("viewer", mine.password),
        ("", mine.password),
    ):
        client = plain_client(mine, user, password)
        await secure(client, mine)
        error = await refused(client)
        assert isinstance(error, ua.uaerrors.BadUserAccessDenied | ua.uaerrors.BadIdentityTokenRejected), (user, error)


async def test_no_unsecured_and_no_merely_signed_connection(server, monkeypatch):
    mine = read_credentials(server.credentials_file("controller"))
    bare = plain_client(mine, "controller", mine.password)
    with monkeypatch.context() as patch:  # the library's client refuses by itself; a stranger's would not
        patch.setattr(Client, "find_endpoint", staticmethod(lambda endpoints, mode, policy: endpoints[0]))
        assert isinstance(await refused(bare), ua.uaerrors.BadCertificateUntrusted)
    signed = plain_client(mine, "controller", mine.password)
    await secure(signed, mine, ua.MessageSecurityMode.Sign)
    await refused(signed)
    for endpoint in await plain_client(mine).connect_and_get_server_endpoints():
        assert endpoint.SecurityMode == ua.MessageSecurityMode.SignAndEncrypt
        assert endpoint.SecurityPolicyUri.rsplit("#")[-1] in {
            "Basic256Sha256",
            "Aes128_Sha256_RsaOaep",
            "Aes256_Sha256_RsaPss",
        }
        assert [token.TokenType for token in endpoint.UserIdentityTokens] == [ua.UserTokenType.UserName]


async def test_a_certificate_that_is_not_trusted_is_refused_even_with_the_right_password(server, tmp_path):
    mine = read_credentials(server.credentials_file("controller"))
    pair = ensure_key_pair(tmp_path, mine.application_uri, server=False)
    stranger = dataclasses.replace(mine, certificate=pair.certificate, private_key=pair.private_key)
    client = plain_client(mine, "controller", mine.password)
    await secure(client, stranger)
    assert isinstance(await refused(client), ua.uaerrors.BadCertificateUntrusted)
    # a client may leave its certificate out of the session request, and the library then asks no validator
    hiding = plain_client(mine, "controller", mine.password)
    await secure(hiding, stranger)
    create = hiding.uaclient.create_session

    async def without_certificate(parameters):
        parameters.ClientCertificate = None
        return await create(parameters)

    hiding.uaclient.create_session = without_certificate
    assert isinstance(await refused(hiding), ua.uaerrors.BadCertificateUntrusted)
    # put into the list of trusted clients it is let in without a restart
    shutil.copy(pair.certificate, server.state_dir / "trusted" / "new.pem")
    async with OpcUaLinkOpen(stranger) as link:
        assert (await link.read_clock()).time == server.plant.time


class OpcUaLinkOpen:
    def __init__(self, credentials, endpoint=None):
        self.link = OpcUaLink(credentials, endpoint, QUICK)

    async def __aenter__(self):
        await self.link.open()
        return self.link

    async def __aexit__(self, *_):
        await self.link.close()


async def test_another_session_cannot_be_taken_over(server):
    """The library would bind any client to a session whose number it guesses."""
    mine, other = (read_credentials(server.credentials_file(user)) for user in ("controller", "viewer"))
    owner, thief = plain_client(mine, "controller", mine.password), plain_client(other, "viewer", other.password)
    await secure(owner, mine)
    await secure(thief, other)
    await owner.connect()
    try:
        await thief.connect_socket()
        await thief.send_hello()
        await thief.open_secure_channel()
        thief.uaclient.session.restore_authentication_token(owner.uaclient.session.authentication_token)
        with pytest.raises(ua.uaerrors.BadSessionIdInvalid):
            await thief.activate_session("viewer", other.password)
        assert await owner.get_node(CLOCK_TIME).read_value()
    finally:
        thief.disconnect_socket()
        await owner.disconnect()


async def test_nobody_registers_servers_or_changes_the_address_space(server):
    mine = read_credentials(server.credentials_file("controller"))
    client = plain_client(mine, "controller", mine.password)
    await secure(client, mine)
    async with client:
        with pytest.raises(ua.UaError):
            await client.get_objects_node().add_variable(ua.NodeId("x", 2), "x", 1.0)
        parameters = ua.RegisteredServer(ServerUri="urn:x", ServerNames=[ua.LocalizedText("x")])
        with pytest.raises(ua.UaError):
            await client.uaclient.register_server(parameters)


async def test_the_viewer_reads_and_writes_nothing(server, demo_works):
    async with OpcUaLinkOpen(server.credentials_file("viewer")) as link:
        values = await link.read([tag_node(demo_works, tag.name) for tag in demo_works.tags])
        assert sum(value.StatusCode.is_good() for value in values) > 100
        server.plant.writes.clear()
        for tag in demo_works.tags:
            (status,) = await link.write([(tag_node(demo_works, tag.name), ua.DataValue(ua.Variant(1.0)))])
            assert status.value == ua.StatusCodes.BadUserAccessDenied, tag.name
        assert server.plant.writes == []


async def test_the_controller_writes_remote_tags_only(server, demo_works):
    async with OpcUaLinkOpen(server.credentials_file("controller")) as link:
        server.plant.writes.clear()
        for tag in demo_works.tags:
            if tag.role not in (Role.REMOTE_VALUE, Role.REMOTE_ENABLE, Role.HEARTBEAT):
                (status,) = await link.write([(tag_node(demo_works, tag.name), ua.DataValue(ua.Variant(1.0)))])
                assert status.value == ua.StatusCodes.BadNotWritable, tag.name
        clock, unknown = ua.NodeId.from_string(CLOCK_TIME), ua.NodeId("BF1.No.Such", 2)
        statuses = await link.write([(node, ua.DataValue(ua.Variant(1.0))) for node in (clock, unknown)])
        assert [s.value for s in statuses] == [ua.StatusCodes.BadNotWritable, ua.StatusCodes.BadNodeIdUnknown]
        assert server.plant.writes == []


async def test_what_cannot_be_is_refused_and_the_node_keeps_its_value(server, demo_works):
    codes, tag = ua.StatusCodes, demo_works.tags[VALUE]
    enable = demo_works.tags["coal_injection_rate_remote_enable"]
    server.plant.ceiling[VALUE] = tag.unit.to_si(90.0)
    attempts = [
        (tag, ua.Variant(float("nan")), codes.BadTypeMismatch),
        (tag, ua.Variant(float("inf")), codes.BadTypeMismatch),
        (tag, ua.Variant("40"), codes.BadTypeMismatch),
        (tag, ua.Variant(True), codes.BadTypeMismatch),
        (tag, ua.Variant([40.0, 41.0]), codes.BadTypeMismatch),
        (tag, ua.Variant(), codes.BadTypeMismatch),
        (tag, ua.Variant(-0.1), codes.BadOutOfRange),
        (tag, ua.Variant(100.1), codes.BadOutOfRange),
        (tag, ua.Variant(95.0), codes.BadOutOfRange),  # within the tag's range, beyond the plant's own limit
        (enable, ua.Variant(1.0), codes.BadTypeMismatch),
        (demo_works.tags["remote_heartbeat"], ua.Variant(1.5), codes.BadTypeMismatch),
    ]
    async with OpcUaLinkOpen(server.credentials_file("controller")) as link:
        node = tag_node(demo_works, VALUE)
        (status,) = await link.write([(node, ua.DataValue(ua.Variant(40.0)))])
        assert status.is_good()
        server.plant.writes.clear()
        for target, variant, code in attempts:
            (status,) = await link.write([(tag_node(demo_works, target.name), ua.DataValue(variant))])
            assert status.value == code, (target.name, variant, status.name)
        bad = ua.DataValue(ua.Variant(41.0), ua.StatusCode(codes.BadSensorFailure))
        assert [s.value for s in await link.write([(node, bad)])] == [codes.BadWriteNotSupported]
        (value,) = await link.read([node])
        assert value.Value.Value == pytest.approx(40.0)
        assert value.StatusCode.is_good()
    assert server.plant.writes == []
    server.plant.ceiling.clear()


async def test_a_refusal_names_the_user_and_the_remedy_but_never_the_password(server):
    mine = read_credentials(server.credentials_file("controller"))
    for wrong in (
        dataclasses.replace(mine, password="not-the-password"),
        dataclasses.replace(mine, user="nobody", password="not-the-password"),
    ):
        with pytest.raises(LinkError, match=f"user '{wrong.user}'") as caught:
            await OpcUaLink(wrong, settings=QUICK).open()
        assert caught.value.remedy
        assert "not-the-password" not in str(caught.value) + repr(wrong)


async def test_refused_certificate_unreachable_server_and_wrong_server_say_so(server, tmp_path):
    mine = read_credentials(server.credentials_file("controller"))
    pair = ensure_key_pair(tmp_path, mine.application_uri, server=False)
    stranger = dataclasses.replace(mine, certificate=pair.certificate, private_key=pair.private_key)
    with pytest.raises(LinkError, match="refused our certificate"):
        await OpcUaLink(stranger, settings=QUICK).open()
    with pytest.raises(LinkError, match="no server answers") as caught:
        await OpcUaLink(mine, "opc.tcp://127.0.0.1:9/ironworks/", QUICK).open()
    assert "opc.tcp://127.0.0.1:9/" in str(caught.value)
    with pytest.raises(LinkError, match="certificate"):
        await OpcUaLink(dataclasses.replace(mine, server_certificate=pair.certificate), settings=QUICK).open()


async def test_an_expired_certificate_is_named_with_its_dates(server, tmp_path, monkeypatch):
    from datetime import timedelta

    from ironworks.plant.server import certificates

    monkeypatch.setattr(certificates, "VALID_FOR", timedelta(seconds=-5))
    mine = read_credentials(server.credentials_file("controller"))
    pair = ensure_key_pair(tmp_path, mine.application_uri, server=False)
    expired = dataclasses.replace(mine, certificate=pair.certificate, private_key=pair.private_key)
    with pytest.raises(LinkError, match="our certificate is valid from"):
        await OpcUaLink(expired, settings=QUICK).open()
    shutil.copy(pair.certificate, server.state_dir / "trusted" / "old.pem")
    client = plain_client(mine, "controller", mine.password)
    await secure(client, expired)
    assert isinstance(await refused(client), ua.uaerrors.BadCertificateTimeInvalid)


async def test_what_the_first_start_makes_is_private_and_random(server, demo_works, tmp_path):
    secret = [*server.state_dir.glob("**/private_key.pem"), *server.state_dir.glob("**/credentials.toml")]
    secret += [server.state_dir / "users.json"]
    assert len(secret) == 6
    for file in secret:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    passwords = {read_credentials(server.credentials_file(user)).password for user in ("controller", "viewer")}
    assert len(passwords) == 2
    assert all(len(password) >= 32 for password in passwords)
    users = (server.state_dir / "users.json").read_text()
    assert not any(password in users for password in passwords)
    server.credentials_file().chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_credentials(server.credentials_file())
    server.credentials_file().chmod(0o600)


async def test_an_address_in_use_is_said(server, demo_works, tmp_path):
    second = PlantServer(ToyPlant(demo_works), demo_works, tmp_path, server.endpoint)
    with pytest.raises(LinkError, match="cannot open the endpoint"):
        await second.start()
