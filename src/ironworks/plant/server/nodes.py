"""The address space of a simulated works: one variable a tag, in folders by its node id, and the plant's clock."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import logging

from asyncua import Server, ua
from asyncua.common.node import Node

from ironworks.core.addresses import CLOCK_RESOLUTION, CLOCK_SPEED, CLOCK_TIME, NAMESPACE_URI
from ironworks.core.dictionary import REMOTE_ROLES, Role, Tag
from ironworks.core.errors import ConfigurationError
from ironworks.core.units import Unit
from ironworks.core.works import Works
from ironworks.plant.server.values import variant_type

_log = logging.getLogger(__name__)

HISTORY_ROLES = (Role.LABORATORY, Role.EVENT)
"""Roles whose every sample is delivered and kept for a while, so that an outage of the link loses none."""

UNIT_CODES = {
    "%": "P1", "ppm": "59", "degC": "CEL", "K": "KEL", "s": "SEC", "min": "MIN", "h": "HUR", "m": "MTR", "mm": "MMT",
    "m/s": "MTS", "kg": "KGM", "t": "TNE", "kg/s": "KGS", "t/h": "E18", "kg/h": "E93", "m3/h": "MQH", "g/m3": "A93",
    "Pa": "PAL", "kPa": "KPA", "MPa": "MPA", "bar": "BAR", "W": "WTT", "kW": "KWT", "MW": "MAW",
}  # fmt: skip
"""Common codes of UN/CEFACT Recommendation 20, which EUInformation refers to; other units have only their symbol."""

_UNIT_NAMESPACE = "http://www.opcfoundation.org/UA/units/un/cefact"
_READ = 1 << ua.AccessLevel.CurrentRead
_WRITE = 1 << ua.AccessLevel.CurrentWrite
_HISTORY = 1 << ua.AccessLevel.HistoryRead


def node_id(tag: Tag) -> ua.NodeId:
    """The node id of a tag; ConfigurationError if its source is none of namespace 2."""
    try:
        found = ua.NodeId.from_string(tag.source)
    except Exception:  # the library raises many kinds
        found = None
    if found is None or found.NamespaceIndex != 2:
        raise ConfigurationError(
            f"{tag.name}: source '{tag.source}'", "tags.csv", "a node id such as ns=2;s=BF1.Blast.Volume", "correct it"
        )
    return found


def unit_information(unit: Unit) -> ua.EUInformation:
    """The field unit as OPC UA describes units (part 8, EUInformation)."""
    number = 0
    for character in UNIT_CODES.get(unit.symbol, ""):
        number = (number << 8) | ord(character)
    return ua.EUInformation(
        NamespaceUri=_UNIT_NAMESPACE, UnitId=number or -1, DisplayName=ua.LocalizedText(unit.symbol)
    )


async def build_nodes(server: Server, works: Works) -> dict[str, ua.NodeId]:
    """Make all nodes; the node id of every tag by name. Values wait for the first sample."""
    if await server.register_namespace(NAMESPACE_URI) != 2:
        raise ConfigurationError("namespace of the works is not 2", expected="a server without other namespaces")
    folders: dict[tuple[str, ...], Node] = {(): server.get_objects_node()}
    ids: dict[str, ua.NodeId] = {}
    for tag in works.tags:
        ids[tag.name] = node_id(tag)
        path = tuple(str(ids[tag.name].Identifier).split("."))
        await _add_tag(await _folder(folders, path[:-1]), tag, ids[tag.name], path[-1])
    await _add_clock(server)
    return ids


async def _folder(folders: dict[tuple[str, ...], Node], path: tuple[str, ...]) -> Node:
    if path not in folders:
        parent = await _folder(folders, path[:-1])
        folders[path] = await parent.add_folder(ua.NodeId(".".join(path) + ".", 2), ua.QualifiedName(path[-1], 2))
    return folders[path]


async def _add_tag(folder: Node, tag: Tag, identifier: ua.NodeId, name: str) -> None:
    kind = variant_type(tag)
    variable = await folder.add_variable(
        identifier, ua.QualifiedName(name, 2), None, ua.VariantType.Null, ua.NodeId(kind.value)
    )
    access = _READ
    if tag.role in REMOTE_ROLES:
        access |= _WRITE
    if tag.role in HISTORY_ROLES:
        access |= _HISTORY
    await _attribute(variable, ua.AttributeIds.DisplayName, ua.Variant(ua.LocalizedText(tag.label_en, "en")))
    labels = ua.LocalizedText(f"{tag.label_en} / {tag.label_zh}")
    await _attribute(variable, ua.AttributeIds.Description, ua.Variant(labels))
    for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
        await _attribute(variable, attribute, ua.Variant(access, ua.VariantType.Byte))
    waiting = ua.DataValue(ua.Variant(), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
    await variable.write_attribute(ua.AttributeIds.Value, waiting)
    prefix = str(identifier.Identifier)
    await variable.add_property(
        ua.NodeId(f"{prefix}.EngineeringUnits", 2), ua.QualifiedName("EngineeringUnits"), unit_information(tag.unit)
    )
    await variable.add_property(
        ua.NodeId(f"{prefix}.EURange", 2),
        ua.QualifiedName("EURange"),
        ua.Range(tag.unit.from_si(tag.low), tag.unit.from_si(tag.high)),
    )


async def _attribute(node: Node, attribute: ua.AttributeIds, value: ua.Variant) -> None:
    await node.write_attribute(attribute, ua.DataValue(value))


async def _add_clock(server: Server) -> None:
    clock = await server.get_objects_node().add_object(ua.NodeId("Clock", 2), ua.QualifiedName("Clock", 2))
    kinds = {
        CLOCK_TIME: ua.VariantType.DateTime,
        CLOCK_SPEED: ua.VariantType.Double,
        CLOCK_RESOLUTION: ua.VariantType.Double,
    }
    for text, kind in kinds.items():
        identifier = ua.NodeId.from_string(text)
        name = ua.QualifiedName(str(identifier.Identifier).split(".")[-1], 2)
        node = await clock.add_variable(identifier, name, None, ua.VariantType.Null, ua.NodeId(kind.value))
        waiting = ua.DataValue(ua.Variant(), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
        await node.write_attribute(ua.AttributeIds.Value, waiting)
