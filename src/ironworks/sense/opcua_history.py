"""What a server kept of laboratory and event tags while we were away."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

from collections.abc import Mapping
from datetime import UTC, datetime

from asyncua import ua
from asyncua.client.ua_session import UaSession

MOST_VALUES = 1000
"""Values fetched per tag after an outage."""


async def read_missed(session: UaSession, since: Mapping[str, float]) -> tuple[list[tuple[str, ua.DataValue]], str]:
    """(node id, value) of everything after `since` (node id -> source time in s), and a fault if that failed."""
    if not since:
        return [], ""
    groups: dict[float, list[str]] = {}
    for source, moment in since.items():
        groups.setdefault(moment, []).append(source)
    found: list[tuple[str, ua.DataValue]] = []
    for moment, sources in groups.items():
        details = ua.ReadRawModifiedDetails(
            IsReadModified=False, StartTime=datetime.fromtimestamp(moment, UTC), EndTime=ua.get_win_epoch(),
            NumValuesPerNode=ua.Counter(MOST_VALUES), ReturnBounds=False,
        )  # fmt: skip
        nodes = [ua.HistoryReadValueId(NodeId=ua.NodeId.from_string(source)) for source in sources]
        parameters = ua.HistoryReadParameters(
            HistoryReadDetails=details, TimestampsToReturn=ua.TimestampsToReturn.Both, NodesToRead=nodes
        )
        try:
            results = await session.history_read(parameters)
        except ua.UaStatusCodeError as error:
            return found, f"the server gives no history ({type(error).__name__}): what came in an outage is lost"
        for source, result in zip(sources, results, strict=True):
            if result.StatusCode.is_good():
                values = getattr(result.HistoryData, "DataValues", None) or []
                found += [(source, value) for value in values if value.SourceTimestamp is not None]
    return found, ""
