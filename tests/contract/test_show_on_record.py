"""The page over the record that ships: what is written there is what is shown."""

import asyncio
import time

import httpx
import pytest

from ironworks.core.clock import SimulatedClock
from ironworks.core.forecast import LEVELS, Forecast, Scored
from ironworks.core.image import ProcessImage
from ironworks.core.mode import Mode, ModeChange
from ironworks.core.ports import CycleRecord
from ironworks.core.sample import Quality, Sample
from ironworks.core.works import load_works
from ironworks.record import SqliteReader, SqliteRecord
from ironworks.show.api import create_app

NOW = 1_790_000_400.0
COAL = "coal_injection_rate_setpoint"
HMT = "hot_metal_temperature"


@pytest.fixture
async def client(tmp_path):
    works, clock = load_works("demo"), SimulatedClock(NOW)
    record = SqliteRecord(tmp_path / "record")
    times = [NOW - 6000.0 + 10.0 * step for step in range(601)]
    record.samples(
        [Sample("blast_temperature", 1470.0, Quality.GOOD, at, at) for at in times if not 2000 < NOW - at < 3000]
    )
    record.samples([Sample(HMT, 1783.15, Quality.GOOD, NOW - 600.0, NOW - 540.0)])
    quantiles = (1770.0, 1775.0, 1780.0, 1785.0, 1790.0)
    forecasts = tuple(
        Forecast(HMT, NOW, 7200.0, Scored.SAMPLE, model, LEVELS, quantiles) for model in ("kalman", "combination")
    )
    cast = Forecast(HMT, NOW, 7200.0, Scored.TAP_MEAN, "combination", LEVELS, (1772.0, 1776.0, 1780.0, 1784.0, 1788.0))
    older = Forecast(HMT, NOW - 600.0, 7200.0, Scored.TAP_MEAN, "combination", LEVELS, quantiles)
    change = ModeChange(COAL, Mode.AUTO, Mode.ADVISORY, NOW, "ironworks", "restarted")
    record.cycle(
        CycleRecord(
            1, ProcessImage(NOW, {}), None, (older, *forecasts, cast), (), (), (), (change,), (("sense", 0.25),)
        )
    )
    reader = SqliteReader(tmp_path / "record")
    app = create_app(reader, works, clock, None, "", headline="combination")
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as us,
    ):
        until = time.monotonic() + 10.0
        while (await us.get("/api/snapshot")).json().get("cycle") is None:
            assert time.monotonic() < until, "nothing was read within 10 s"
            await asyncio.sleep(0.05)
        yield us
    reader.close()
    record.close()


async def test_what_is_recorded_is_shown(client):
    told = (await client.get("/api/snapshot")).json()
    assert told["record_error"] == ""
    assert told["values"]["blast_temperature"]["value"] == pytest.approx(1470.0 - 273.15)
    assert told["values"]["blast_temperature"]["age_s"] == 0.0
    assert told["values"][HMT]["quality"] == "good"
    assert told["values"]["blast_volume"]["quality"] == "missing"
    assert told["modes"] == {COAL: "ADVISORY"}
    assert told["cycle"]["number"] == 1
    assert told["cycle"]["seconds"] == 0.25
    assert [row["kind"] for row in told["log"]] == ["mode"]
    history = await client.get("/api/history", params={"tags": "blast_temperature", "hours": 8})
    pen = history.json()["blast_temperature"]
    assert pen["v"].count(None) == 1, "the outage is one break"
    forecasts = (await client.get("/api/forecasts", params={"hours": 8})).json()[HMT]
    assert forecasts["model"] == "combination"
    assert forecasts["fan"]["q50"] == [pytest.approx(1780.0 - 273.15)]
    assert forecasts["cast"] == [pytest.approx(1772.0 - 273.15), pytest.approx(1788.0 - 273.15)]
