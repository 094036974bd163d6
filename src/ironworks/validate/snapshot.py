"""The state of validation as bytes and back, as JSON: floats return bit for bit."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ironworks.core.errors import DataError
from ironworks.core.sample import Quality, Sample
from ironworks.validate.state import FrozenState, LevelState, RateState, TagState

VERSION = 1


def to_bytes(
    times: Mapping[str, float | None],
    unknown: Collection[str],
    arrivals: Sequence[Sample],
    states: Mapping[str, TagState],
) -> bytes:
    """All of it."""
    content = {
        "version": VERSION,
        "times": dict(times),
        "unknown": sorted(unknown),
        "arrivals": [_plain(sample) for sample in arrivals],
        "tags": {
            name: [None if state.newest is None else _plain(state.newest), *state[1:]] for name, state in states.items()
        },
    }
    return json.dumps(content, separators=(",", ":")).encode()


def from_bytes(data: bytes) -> tuple[dict[str, float | None], list[str], list[Sample], dict[str, TagState]]:
    """What `to_bytes` was given; DataError when these are other bytes."""
    try:
        content = json.loads(data)
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']}")
        arrivals = [_sample(fields) for fields in content["arrivals"]]
        states = {name: _state(fields) for name, fields in content["tags"].items()}
        return content["times"], content["unknown"], arrivals, states
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(
            f"this is no snapshot of validation: {error}",
            expected=f"what Validator.snapshot() gave, version {VERSION}",
            remedy="start without a snapshot",
        ) from error


def _plain(sample: Sample) -> list[Any]:
    return [
        *(sample.tag, sample.value, int(sample.quality), sample.source_time, sample.arrival_time, sample.reason),
    ]


def _sample(fields: list[Any]) -> Sample:
    return Sample(fields[0], fields[1], Quality(fields[2]), *fields[3:])


def _state(fields: list[Any]) -> TagState:
    newest, newest_time, identities, rate, frozen, level, duplicates = fields
    return TagState(
        None if newest is None else _sample(newest),
        newest_time,
        tuple(tuple(identity) for identity in identities),
        None if rate is None else RateState(*rate),
        None if frozen is None else FrozenState(*frozen),
        LevelState(tuple(level[0]), level[1]),
        duplicates,
    )
