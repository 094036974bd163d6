"""The plant as an OPC UA server: its tags in the field's units, its clock, and writes that the plant itself judges."""

# asyncua types its own aliases and exports wrongly
# pyright: reportPrivateImportUsage=false, reportArgumentType=false

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from pathlib import Path

from asyncua import Server, ua

from ironworks.core.addresses import CLOCK_RESOLUTION, CLOCK_SPEED, CLOCK_TIME
from ironworks.core.clock import AcceleratedClock, WallClock, iso
from ironworks.core.dictionary import Role, Tag
from ironworks.core.errors import CallError, DataError, LinkError
from ironworks.core.ports import Plant
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import Works
from ironworks.plant.server.identity import Identity, credentials_file, ensure_identity
from ironworks.plant.server.nodes import HISTORY_ROLES, build_nodes
from ironworks.plant.server.saved import SavedState, load_state, save_state
from ironworks.plant.server.services import PlantInternalServer, TagHistory, WriteService
from ironworks.plant.server.values import GOOD, data_value, to_datetime

_log = logging.getLogger(__name__)

POLICIES = [
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
]
BATCH_S = AcceleratedClock.WALL_RESOLUTION_S
"""Wall seconds from one batch of values to the next."""
SAVE_EVERY_S = 10.0
"""Wall seconds between two savings of the state."""
SAVED_HISTORY = 200
"""Samples of each laboratory or event tag that a saved state keeps."""
CATCH_UP_WITHIN_S = 600.0
"""A server that was away for less wall time than this calculates what the furnace did meanwhile; a furnace does not
stop because its server does. After longer it goes on from where it stopped."""
CATCH_UP_BUDGET_S = 20.0
"""Wall seconds that catching up may take, so that the start stays below 30 s."""
MIN_SPEED, MAX_SPEED = 1.0, 3600.0
_EVERY_CHANGE = (Role.STATUS, Role.EVENT, Role.SETPOINT)


class PlantServer:
    """Runs a plant `speed` times faster than the wall and serves it.

    Every batch (0.5 s of wall time) carries every sample of laboratory tags, every change of status, event and set
    point tags, and of all other tags the last `per_batch` samples, evenly spread: with one, at 20 times real time and
    below that is every sample of a 10 s instrument, above it a coarser picture of the same signal.
    """

    def __init__(
        self,
        plant: Plant,
        works: Works,
        state_dir: Path,
        endpoint: str | None = None,
        speed: float = 1.0,
        per_batch: int = 1,
    ) -> None:
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise CallError(f"speed {speed!r} of a plant server", expected=f"{MIN_SPEED:g} .. {MAX_SPEED:g}")
        self.plant, self.works, self.state_dir = plant, works, state_dir
        self.endpoint, self.speed, self.per_batch = endpoint or works.endpoint, float(speed), max(1, per_batch)
        self.history = TagHistory()
        self._server: Server | None = None
        self._plant_lock = asyncio.Lock()
        self._ids: dict[str, ua.NodeId] = {}
        self._latest: dict[str, Sample] = {}
        self._kept: dict[str, deque[Sample]] = {}
        self._saved_at = -math.inf  # save with the first batch: a kill soon after the start loses nothing

    @property
    def state_file(self) -> Path:
        """Where the state is saved."""
        return self.state_dir / "state.zip"

    def credentials_file(self, user: str = "controller") -> Path:
        """The credentials that the first start has made for a user."""
        return credentials_file(self.state_dir, user)

    async def start(self, resume: bool = True) -> None:
        """Open the endpoint, with the saved state if `resume`; LinkError if the address cannot be used."""
        logging.getLogger("asyncua").setLevel(logging.WARNING)
        identity = ensure_identity(self.state_dir, self.works.name, self.endpoint)
        internal = PlantInternalServer(identity.users, identity.trust)
        self._server = await self._make_server(internal, identity)
        self._ids = await build_nodes(self._server, self.works)
        tags = {self._ids[tag.name]: tag for tag in self.works.tags}
        internal.attribute_service = WriteService(internal.aspace, tags, self._write)
        internal.history_manager.set_storage(self.history)
        if resume:
            await self._resume()
        await self._publish([], self.plant.time)
        try:
            await self._server.start()
        except OSError as error:
            self._server = None
            raise LinkError(
                f"cannot open the endpoint: {error.strerror or error}", self.endpoint, "a free address of this host",
                "stop the other server or give another --endpoint",
            ) from error  # fmt: skip

    async def stop(self, save: bool = True) -> None:
        """Save the state and close the endpoint."""
        if self._server is not None:
            async with self._plant_lock:
                if save:
                    self._save()
            server, self._server = self._server, None
            await server.stop()

    async def run(self, stop: asyncio.Event) -> None:
        """Advance and publish until `stop`. If the computer cannot keep up, plant time lags and the clock says so."""
        due = time.perf_counter()
        while not stop.is_set():
            await self.tick(self.speed * BATCH_S)
            if time.perf_counter() - self._saved_at > SAVE_EVERY_S:
                async with self._plant_lock:
                    self._save()
            due = max(due + BATCH_S, time.perf_counter() + 0.02)  # clients get their turn even when we lag
            try:
                await asyncio.wait_for(stop.wait(), due - time.perf_counter())
            except TimeoutError:
                continue

    async def tick(self, seconds: float) -> None:
        """Advance the plant by so many plant seconds and publish what became known."""
        async with self._plant_lock:
            samples = await asyncio.to_thread(self.plant.advance, seconds)
            plant_time = self.plant.time
        await self._publish(samples, plant_time)

    async def _make_server(self, internal: PlantInternalServer, identity: Identity) -> Server:
        server = Server(iserver=internal)
        server.name, server.manufacturer_name = f"ironworks {self.works.title_en}", "ironworks"
        server.product_uri = "urn:ironworks:plant"
        server.application_type = ua.ApplicationType.Server
        await server.init()
        server.set_endpoint(self.endpoint)
        await server.set_application_uri(identity.application_uri)
        server.set_security_policy(POLICIES)
        server.set_identity_tokens([ua.UserNameIdentityToken])
        await server.load_certificate(identity.key_pair.certificate)
        await server.load_private_key(identity.key_pair.private_key)
        return server

    async def _write(self, tag: Tag, value: float) -> None:
        async with self._plant_lock:
            self.plant.write(tag.name, value)
            now = self.plant.time
        await self._show(Sample(tag.name, value, Quality.GOOD, now, now))

    async def _publish(self, samples: Iterable[Sample], plant_time: float) -> None:
        """The clock first, so that a client's clock is right when the values come."""
        for node, variant in (
            (CLOCK_TIME, ua.Variant(to_datetime(plant_time), ua.VariantType.DateTime)),
            (CLOCK_SPEED, ua.Variant(self.speed, ua.VariantType.Double)),
            (CLOCK_RESOLUTION, ua.Variant(max(1.0, self.speed * BATCH_S), ua.VariantType.Double)),
        ):
            moment = to_datetime(plant_time)
            await self._node_value(ua.NodeId.from_string(node), ua.DataValue(variant, GOOD, moment, moment))
        for sample in thinned(samples, self.works, self._latest.get, self.per_batch):
            await self._show(sample)

    async def _show(self, sample: Sample) -> None:
        tag, node = self.works.tags[sample.tag], self._ids[sample.tag]
        value = data_value(sample, tag)
        if tag.role in HISTORY_ROLES:
            self.history.add(node, value)
            self._kept.setdefault(sample.tag, deque(maxlen=SAVED_HISTORY)).append(sample)
        self._latest[sample.tag] = sample
        await self._node_value(node, value)

    async def _node_value(self, node: ua.NodeId, value: ua.DataValue) -> None:
        assert self._server is not None
        await self._server.iserver.write_attribute_value(node, value)

    def _save(self) -> None:
        """Failing to save is no reason to stop the furnace, but it is said."""
        self._saved_at = time.perf_counter()
        kept = [sample for samples in self._kept.values() for sample in samples]
        others = [sample for name, sample in self._latest.items() if name not in self._kept]
        samples = tuple(sorted((*kept, *others), key=lambda sample: sample.arrival_time))
        state = SavedState(self.works.name, self.plant.time, WallClock().now(), self.plant.snapshot(), samples)
        try:
            save_state(state, self.state_file)
        except OSError as error:
            _log.error("%s: the plant's state cannot be saved: %s", self.state_file, error)

    async def _resume(self) -> None:
        state = load_state(self.state_file, self.works.name)
        if state is None:
            return
        try:
            self.plant.restore(state.plant)
        except Exception as error:
            raise DataError(
                f"the plant cannot go on from its saved state: {error}", str(self.state_file),
                "a state of this version of the plant", "move it away, or start without --resume",
            ) from error  # fmt: skip
        known = [sample for sample in state.samples if sample.tag in self._ids]
        for sample in known:
            await self._show(sample)
        away = WallClock().now() - state.wall_time
        _log.info("goes on from %s after %.0f s", iso(state.plant_time), away)
        if 0.0 < away < CATCH_UP_WITHIN_S:
            await self._catch_up(away * self.speed)

    async def _catch_up(self, seconds: float) -> None:
        started, target = time.perf_counter(), self.plant.time + seconds
        while (left := target - self.plant.time) > 0.0 and time.perf_counter() - started < CATCH_UP_BUDGET_S:
            await self.tick(min(left, max(60.0, self.speed * BATCH_S)))


def thinned(
    samples: Iterable[Sample], works: Works, before: Callable[[str], Sample | None], per_batch: int = 1
) -> list[Sample]:
    """What of a batch is worth sending, in its order: see PlantServer. `before`: the last sample shown of a tag."""
    batch = list(samples)
    left = Counter(sample.tag for sample in batch)
    stride = {tag: math.ceil(count / per_batch) for tag, count in left.items()}
    shown: dict[str, Sample | None] = {}
    kept: list[Sample] = []
    for sample in batch:
        role = works.tags[sample.tag].role
        left[sample.tag] -= 1
        previous = shown.get(sample.tag, before(sample.tag))
        changed = previous is None or (previous.value, previous.quality) != (sample.value, sample.quality)
        in_turn = left[sample.tag] % stride[sample.tag] == 0
        if in_turn or role == Role.LABORATORY or (role in _EVERY_CHANGE and changed):
            kept.append(sample)
            shown[sample.tag] = sample
    return kept
