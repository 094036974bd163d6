"""Which nodes a server has, to name the nearest one when a tag's node is not among them."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

from asyncua import ua
from asyncua.client.ua_session import UaSession

from ironworks.core.errors import nearest

MOST_NODES = 20_000
"""A server with more is not searched to the end."""
NODES_PER_REQUEST = 200


async def existing_nodes(session: UaSession) -> list[str]:
    """Node ids of the server's variables beyond OPC UA's own, breadth first; what was found if a request fails."""
    found: list[str] = []
    seen = {ua.NodeId(ua.ObjectIds.ObjectsFolder)}
    level = list(seen)
    while level and len(seen) < MOST_NODES:
        below: list[ua.NodeId] = []
        for start in range(0, len(level), NODES_PER_REQUEST):
            for reference in await _children(session, level[start : start + NODES_PER_REQUEST]):
                node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex)
                if node in seen or node.NamespaceIndex == 0:
                    continue
                seen.add(node)
                below.append(node)
                if reference.NodeClass == ua.NodeClass.Variable:
                    found.append(node.to_string())
        level = below
    return found


async def _children(session: UaSession, nodes: list[ua.NodeId]) -> list[ua.ReferenceDescription]:
    descriptions = [
        ua.BrowseDescription(
            NodeId=node, BrowseDirection=ua.BrowseDirection.Forward, IncludeSubtypes=True,
            ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences), NodeClassMask=ua.NodeClass(0),
            ResultMask=ua.BrowseResultMask.All,
        )
        for node in nodes
    ]  # fmt: skip
    try:
        results = await session.browse(ua.BrowseParameters(NodesToBrowse=descriptions))
    except ua.UaError:
        return []
    return [reference for result in results for reference in result.References or []]


def nearest_node(source: str, there: list[str]) -> str:
    """The remedy for a node that is not there."""
    return nearest(source, there) if there else "browse the server for its nodes"
