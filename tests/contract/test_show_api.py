"""The web API as its clients use it: what it tells, what it refuses, and that it keeps telling."""

import importlib.util
import json
import sys
import time
from pathlib import Path

import httpx
import pytest

from ironworks.core.errors import RecordError
from ironworks.core.mode import Mode
from ironworks.core.sample import Quality

COAL, MOISTURE = "coal_injection_rate_setpoint", "blast_moisture_setpoint"
HEADERS = {"X-Ironworks-Request": "mode"}
HOUR = 3600.0


def _browser_conftest():
    name = "ironworks_browser_conftest"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "browser" / "conftest.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def served():
    server = _browser_conftest().Served()
    wait_for(lambda: httpx.get(f"{server.url}/api/snapshot").json().get("cycle"))
    yield server
    server.stop()


@pytest.fixture
def client(served):
    with httpx.Client(base_url=served.url, timeout=10.0) as session:
        yield session


def wait_for(check, seconds: float = 8.0):
    until = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)
    return found


def events(session: httpx.Client, count: int, headers: dict[str, str] | None = None):
    """The first events of a stream as (event, id, data)."""
    found, fields = [], {}
    with session.stream("GET", "/api/events", headers=headers or {}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line:
                name, _, text = line.partition(": ")
                fields[name] = text
            elif fields:
                found.append((fields["event"], fields["id"], json.loads(fields["data"])))
                fields = {}
                if len(found) == count:
                    return found
    raise AssertionError(f"the stream ended after {len(found)} events")


# what it tells ----------------------------------------------------------------------------------------------------


def test_the_inside_is_told_in_a_few_kilobytes(client):
    inside = client.get("/api/snapshot").json()["inside"]
    assert inside["state"] == "good"
    assert inside["before_time"] == pytest.approx(inside["time"] - 8 * HOUR, abs=600.0)
    assert len(inside["profile"]["height"]) == len(inside["profile"]["gas"]) == 20
    assert inside["figures"]["cohesive_top"][0] > inside["figures"]["cohesive_bottom"][0]
    assert len(json.dumps(inside)) < 3000


def test_the_works_is_told_whole_in_the_fields_units(client, served):
    told = client.get("/api/works").json()
    assert set(told["tags"]) == {tag.name for tag in served.works.tags}
    temperature = told["tags"]["hot_metal_temperature"]
    assert (temperature["unit"], temperature["label"]["zh"], temperature["pen"]) == ("degC", "铁水温度", "dots")
    assert told["targets"]["hot_metal_temperature"]["value"] == pytest.approx(1505.0)
    assert told["setpoints"][COAL]["max_step"] == pytest.approx(1.5)
    assert told["setpoints"][COAL]["ceiling"] == "AUTO"
    assert told["time_zone"] == "UTC"
    for panel in told["panels"]:
        assert 1 <= len(panel["left"] + panel["right"]) <= 4


def test_the_snapshot_ages_every_tag_by_our_clock(client, served):
    def flowing():  # a busy machine may leave the source silent for a moment, and the page then rightly says so
        now = client.get("/api/snapshot").json()
        return now if now["plant"]["state"] == "flowing" else None

    told = wait_for(flowing)
    assert set(told["values"]) == {tag.name for tag in served.works.tags}
    for name, value in told["values"].items():
        if value["value"] is None:
            assert value["quality"] == "missing", name
            assert value["reason"], name
        else:
            assert value["age_s"] == pytest.approx(told["time"] - value["source_time"], abs=served.clock.speed * 1.5)
    assert told["values"]["coke_ash"]["reason"] == "never_arrived"
    assert told["values"]["hearth_temperature_3"]["quality"] == "bad"
    assert told["values"]["hearth_temperature_3"]["reason"] == "frozen"
    assert told["values"]["stave_temperature_bosh_2"]["stale"]
    assert told["values"]["blast_volume"]["quality"] == "good"
    assert told["modes"][COAL] == served.record.ladder_modes[COAL].name
    assert told["scores"]["hot_metal_temperature"]["count"] > 100


def test_history_is_short_keeps_gaps_and_stands_in_the_fields_units(client, served):
    told = client.get("/api/history", params={"tags": "top_gas_hydrogen,blast_volume,cast_number", "hours": 24}).json()
    for pen in told.values():
        assert len(pen["t"]) == len(pen["v"]) <= 600
        assert pen["t"] == sorted(pen["t"])
    hydrogen = told["top_gas_hydrogen"]
    start, end = served.record.gaps["top_gas_hydrogen"]
    inside = [value for at, value in zip(hydrogen["t"], hydrogen["v"], strict=True) if start < at < end]
    assert inside == [None], "the outage is one break and nothing else"
    assert 6000 < max(value for value in told["blast_volume"]["v"] if value is not None) < 7000


def test_bad_laboratory_values_are_marked_apart(client, served):
    pen = client.get("/api/history", params={"tags": "hot_metal_silicon", "hours": 24}).json()["hot_metal_silicon"]
    start, end, _ = served.record.bad["hot_metal_silicon"]
    assert pen["bad"]["t"]
    assert all(start <= at < end for at in pen["bad"]["t"])
    assert all(value is None for at, value in zip(pen["t"], pen["v"], strict=True) if start <= at < end)


def test_forecasts_stand_at_the_time_for_which_they_were_made(client):
    told = client.get("/api/forecasts", params={"hours": 24}).json()["hot_metal_temperature"]
    now = client.get("/api/snapshot").json()["time"]
    assert told["model"] == "kalman"
    assert told["horizon_s"] == 7200.0
    assert now < told["ahead"]["t"][-1] <= now + 2 * HOUR
    assert told["ahead"]["t"][0] >= now - 24 * HOUR - 120.0
    for row in zip(*(told["ahead"][name] for name in ("q05", "q25", "q50", "q75", "q95")), strict=True):
        assert list(row) == sorted(row)
    assert told["fan"]["t"] == [told["fan"]["made_at"] + 7200.0]


def test_decisions_and_log_tell_what_was_done(client):
    decisions = client.get("/api/decisions", params={"hours": 72}).json()
    assert {row["setpoint"] for row in decisions} == {COAL, MOISTURE}
    written = next(row for row in decisions if row["write"])
    assert written["read_back"] == pytest.approx(written["allowed"])
    kinds = {row["kind"] for row in client.get("/api/log").json()}
    assert {"move", "guard", "mode"} <= kinds


# events -----------------------------------------------------------------------------------------------------------


def test_a_stream_begins_with_a_snapshot_and_goes_on_with_increments(client):
    (first, first_id, snapshot), (second, second_id, update) = events(client, 2)
    assert (first, second) == ("snapshot", "update")
    assert len(snapshot["values"]) > 100
    assert 0 < len(update["values"]) < len(snapshot["values"])
    assert update["time"] > snapshot["time"]
    assert int(second_id.partition("-")[2]) == int(first_id.partition("-")[2]) + 1


def test_a_client_that_comes_back_gets_what_it_missed_and_no_snapshot(client):
    rows = events(client, 2)
    time.sleep(2.5)
    kind, at, _ = events(client, 1, {"Last-Event-ID": rows[1][1]})[0]
    assert kind == "update"
    assert int(at.partition("-")[2]) == int(rows[1][1].partition("-")[2]) + 1


@pytest.mark.parametrize("foreign", ["", "0-1", "nonsense", "deadbeef-7", "-"])
def test_a_client_with_an_unknown_position_gets_a_snapshot(client, foreign: str):
    assert events(client, 1, {"Last-Event-ID": foreign})[0][0] == "snapshot"


def test_one_poller_serves_all_clients(served, client):
    calls = 0
    latest = served.record.latest

    def counted():
        nonlocal calls
        calls += 1
        return latest()

    served.record.latest = counted
    try:
        with httpx.Client(base_url=served.url) as other, other.stream("GET", "/api/events"):
            events(client, 4)
    finally:
        served.record.latest = latest
    assert calls <= 6


def test_a_record_that_hangs_is_survived_by_heartbeats(served, client):
    latest = served.record.latest
    served.record.latest = lambda: (time.sleep(3.0), latest())[1]
    try:
        kinds = [kind for kind, _, _ in events(client, 4)]
    finally:
        served.record.latest = latest
    assert "heartbeat" in kinds


def test_a_record_that_fails_is_told_and_values_go_on_ageing(served, client):
    served.record.failure = RecordError("disk full", "hot.sqlite", "room", "make room")
    try:
        wait_for(lambda: client.get("/healthz").status_code == 503)
        told = client.get("/api/snapshot").json()
        assert "disk full" in told["record_error"]
        wait_for(lambda: client.get("/api/snapshot").json()["values"]["blast_volume"]["stale"])
    finally:
        served.record.failure = None
    wait_for(lambda: client.get("/healthz").status_code == 200)
    wait_for(lambda: client.get("/api/snapshot").json()["values"]["blast_volume"]["quality"] == "good")


def test_a_plant_that_falls_silent_turns_stale_within_three_periods(served, client):
    served.record.silent_from = served.clock.now()
    try:
        wait_for(lambda: client.get("/api/snapshot").json()["plant"]["state"] == "silent")
        told = client.get("/api/snapshot").json()
        limit = 3 * served.clock.speed
        assert told["time"] - told["plant"]["newest"] < limit + 4 * served.clock.speed
        assert told["values"]["blast_volume"]["stale"]
        assert told["values"]["blast_volume"]["quality"] == "bad"
    finally:
        served.record.silent_from = float("inf")
    wait_for(lambda: client.get("/api/snapshot").json()["plant"]["state"] == "flowing")


# modes ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ladder(served):
    yield served.desk.ladder.modes
    for setpoint in (COAL, MOISTURE):
        served.desk.climb(setpoint, Mode.AUTO, "test", "restore")


def post(client, headers=HEADERS, **body):
    wanted = {"action": "lower", "setpoint": COAL, "to": "SHADOW"} | body
    return client.post("/api/mode", json=wanted, headers=headers)


def test_anybody_may_lower_and_the_log_knows_who(client, ladder, served):
    answer = post(client, person="Zhang San", reason="slipping")
    assert (answer.status_code, answer.json()) == (200, {"setpoint": COAL, "mode": "SHADOW", "recorded": True})
    assert ladder[COAL] == Mode.SHADOW
    change = served.record.changes[-1]
    assert (change.by, change.reason) == ("Zhang San", "slipping")
    wait_for(lambda: client.get("/api/snapshot").json()["modes"][COAL] == "SHADOW")


def test_lowering_can_never_raise(client, ladder, served):
    served.desk.lower(COAL, Mode.OFF, "test", "test")
    assert post(client, to="AUTO").json()["mode"] == "OFF"


def test_climbing_needs_token_person_and_reason(client, ladder, served):
    served.desk.lower(COAL, Mode.SHADOW, "test", "test")
    climb = {"action": "climb", "to": "AUTO", "person": "Li Wei", "reason": "checked"}
    token = {**HEADERS, "X-Ironworks-Token": served.token}
    assert post(client, **climb).status_code == 403
    wrong = post(client, {**HEADERS, "X-Ironworks-Token": "guess"}, **climb)
    assert wrong.status_code == 403
    assert wrong.json()["error"]["remedy"]
    assert post(client, token, **{**climb, "person": " "}).status_code == 422
    assert post(client, token, **{**climb, "reason": ""}).status_code == 422
    assert ladder[COAL] == Mode.SHADOW
    assert post(client, token, **climb).json()["mode"] == "AUTO"
    assert served.record.changes[-1].by == "Li Wei"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, {}, 403),
        ({**HEADERS, "Origin": "http://evil.example"}, {}, 403),
        (HEADERS, {"setpoint": "coal_injection_rat"}, 404),
        (HEADERS, {"to": "MAXIMUM"}, 422),
        (HEADERS, {"action": "jump"}, 422),
        (HEADERS, {"value": 70.0}, 422),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(client, served, headers, body, status: int):
    before = served.desk.modes()
    answer = post(client, headers, **body)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"what", "where", "expected", "remedy"}
    assert answer.json()["error"]["what"]
    assert served.desk.modes() == before


def test_a_form_of_another_site_cannot_post(client, served):
    before = served.desk.modes()
    answer = client.post("/api/mode", data={"action": "lower", "setpoint": COAL, "to": "OFF"})
    assert answer.status_code in (403, 422)
    assert served.desk.modes() == before


def test_lowering_holds_even_when_it_cannot_be_recorded(client, ladder, served):
    def keep() -> None:
        raise RecordError("disk full")

    served.desk._keep, kept = keep, served.desk._keep
    try:
        answer = post(client)
    finally:
        served.desk._keep = kept
        kept()
    assert (answer.status_code, answer.json()["recorded"], ladder[COAL]) == (200, False, Mode.SHADOW)


# the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/history?tags=hot_metal_temprature", 422, "did you mean 'hot_metal_temperature'?"),
        ("/api/history?tags=,", 422, "names joined by commas"),
        ("/api/history?tags=blast_volume&hours=0", 422, "hours"),
        ("/api/history?tags=blast_volume&hours=9999", 422, "hours"),
        ("/api/history?tags=blast_volume&hours=nan", 422, "hours"),
        ("/api/history", 422, "tags"),
        ("/api/nothing", 404, "Not Found"),
        ("/nothing.html", 404, "Not Found"),
        ("/../../pyproject.toml", 404, "Not Found"),
    ],
)
def test_faults_are_json_that_name_the_thing(client, path: str, status: int, says: str):
    answer = client.get(path)
    assert answer.status_code == status
    assert says in json.dumps(answer.json()["error"])


def test_every_answer_carries_the_headers_that_keep_the_page_to_itself(client):
    for path in ("/", "/assets/page.js", "/api/works", "/api/nothing", "/healthz"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers
    assert client.get("/api/works").headers["cache-control"] == "no-store"


def test_the_page_is_revalidated_and_an_unchanged_file_is_not_sent_again(client):
    first = client.get("/assets/page.js")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/assets/page.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    page = client.get("/").text
    assert "<script>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_another_host_name_is_refused(client):
    answer = client.get("/api/works", headers={"Host": "attacker.example"})
    assert answer.status_code == 421
    assert "attacker.example" in answer.json()["error"]["what"]
    assert client.get("/healthz", headers={"Host": "localhost:1"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[::1]:8700"}).status_code == 200


def test_without_a_desk_modes_are_only_shown():
    server = _browser_conftest().Served(with_desk=False)
    try:
        assert not httpx.get(f"{server.url}/api/works").json()["can_change_modes"]
        answer = httpx.post(
            f"{server.url}/api/mode", json={"action": "lower", "setpoint": COAL, "to": "OFF"}, headers=HEADERS
        )
        assert answer.status_code == 409
    finally:
        server.stop()


def test_nobody_climbs_where_no_token_was_given():
    server = _browser_conftest().Served(token="")
    try:
        server.desk.lower(COAL, Mode.OFF, "test", "test")
        body = {"action": "climb", "setpoint": COAL, "to": "AUTO", "person": "a", "reason": "b"}
        answer = httpx.post(f"{server.url}/api/mode", json=body, headers={**HEADERS, "X-Ironworks-Token": ""})
        assert answer.status_code == 403
        assert server.desk.modes()[COAL] == Mode.OFF
    finally:
        server.stop()


def test_the_server_stops_at_once_with_streams_open():
    server = _browser_conftest().Served()
    with httpx.Client(base_url=server.url) as session, session.stream("GET", "/api/events") as stream:
        next(stream.iter_lines())
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 2.5


def test_quality_of_the_fake_is_what_the_tests_believe(served):
    assert {row.quality for row in served.record.latest().values()} == {Quality.GOOD, Quality.BAD}
