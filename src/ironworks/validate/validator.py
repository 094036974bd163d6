"""The validate stage: judges every sample as it comes, and freezes the image of a cycle."""

from collections.abc import Sequence

from ironworks.core.dictionary import Role, TagDictionary
from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Sample
from ironworks.validate import judgement, snapshot
from ironworks.validate.checks import clock, missing, redundancy, stale, unit
from ironworks.validate.state import TagState

CLOCK_LEAP_S = 3600.0
"""Time between two images, s, beyond which our own clock leapt or the service was suspended."""

_FRESH = TagState()


class Validator:
    """Judges samples of the tags of a works, and holds the newest of each. Qualities only fall.

    `clock_resolution`: seconds below which the clock's world cannot tell times apart (core.clock.Clock.resolution).
    `clock_leap`: seconds between two images above which that is a fault.
    """

    def __init__(self, tags: TagDictionary, clock_resolution: float, clock_leap: float = CLOCK_LEAP_S) -> None:
        self._tags, self._resolution, self._leap = tags, clock_resolution, clock_leap
        self._others = {tag.name: unit.others(tag) for tag in tags}
        self._families = redundancy.families(tags)
        self._shortest = min((tag.period for tag in tags if tag.role != Role.LABORATORY), default=float("inf"))
        self._states: dict[str, TagState] = {}
        self._arrivals: list[Sample] = []
        self._first: float | None = None
        self._heard: float | None = None
        self._now: float | None = None
        self._imaged: float | None = None
        self._jumped = False
        self._unknown: set[str] = set()

    @property
    def duplicates(self) -> dict[str, int]:
        """Samples that came again and were dropped, by tag."""
        return {name: state.duplicates for name, state in self._states.items() if state.duplicates}

    def judge(self, samples: Sequence[Sample], now: float) -> list[Sample]:
        """The samples (SI) judged, in the same order, duplicates dropped; `now` is the plant time by our own clock.

        Samples of tags that the works does not know come back BAD, for the record, and enter no image but as a fault.
        """
        self._look_at_clock(now)
        judged, states, tags = [], self._states, self._tags.tags
        for sample in samples:
            name = sample.tag
            tag = tags.get(name)
            if tag is None:
                dated, _ = clock.with_times(sample, now)
                judged.append(judgement.lowered(dated, [judgement.UNKNOWN_TAG]))
                self._unknown.add(name)
                continue
            result, states[name] = judgement.judge(
                tag, self._others[name], states.get(name, _FRESH), sample, now, self._resolution
            )
            if result is not None:
                judged.append(result)
                self._arrivals.append(result)
        if samples:
            self._heard = now
        return judged

    def image(self, now: float, faults: Sequence[str] = ()) -> ProcessImage:
        """Freeze what is known at that plant time; `faults` are words of others, such as link_down."""
        self._look_at_clock(now)
        leapt = self._jumped or clock.jumped(self._imaged, now, self._leap, self._resolution)
        words = [*faults, *(["clock_jump"] if leapt else []), *self._absences(now)]
        words += [f"unknown_tag:{name}" for name in sorted(self._unknown)]
        arrived = [(self._tags[sample.tag], sample) for sample in self._arrivals]
        if clock.behind(arrived, self._resolution):
            words.append("clock_behind")
        image = ProcessImage(now, self._readings(now), tuple(self._arrivals), tuple(dict.fromkeys(words)))
        self._arrivals, self._imaged, self._jumped = [], now, False
        self._unknown.clear()
        return image

    def snapshot(self) -> bytes:
        """The whole state."""
        times = {"first": self._first, "heard": self._heard, "now": self._now, "imaged": self._imaged}
        return snapshot.to_bytes({**times, "jumped": float(self._jumped)}, self._unknown, self._arrivals, self._states)

    def restore(self, state: bytes) -> None:
        """Go on from a snapshot; tags that the works no longer has are left out. DataError for other bytes."""
        times, unknown, self._arrivals, states = snapshot.from_bytes(state)
        self._first, self._heard, self._now = times["first"], times["heard"], times["now"]
        self._imaged, self._jumped, self._unknown = times["imaged"], bool(times["jumped"]), set(unknown)
        self._states = {name: state for name, state in states.items() if name in self._tags}

    def _look_at_clock(self, now: float) -> None:
        self._first = now if self._first is None else min(self._first, now)
        if self._now is not None and now < self._now - self._resolution:
            self._jumped = True
            self._heard = None if self._heard is None else min(self._heard, now)
        self._now = now

    def _absences(self, now: float) -> list[str]:
        """Fault words for tags that never came, and for a plant that has fallen silent."""
        first = now if self._first is None else self._first
        words = [*missing.never_arrived(self._tags, self._states, now - first, self._resolution)]
        if self._heard is not None:
            words += missing.silent(now - self._heard, self._shortest, self._resolution)
        return words

    def _readings(self, now: float) -> dict[str, Reading]:
        """The newest sample of every tag that ever arrived, in the order of the dictionary, judged as of now."""
        newest: dict[str, Sample] = {}
        for tag in self._tags:
            sample = self._states.get(tag.name, _FRESH).newest
            if sample is not None:
                late = clock.ahead(sample, now, self._resolution)
                newest[tag.name] = judgement.lowered(sample, [stale.judge(tag, sample, now, self._resolution), late])
        for family in self._families:
            for name, finding in redundancy.judge(family, newest).items():
                newest[name] = judgement.lowered(newest[name], [finding])
        return {name: Reading(sample, now - sample.source_time) for name, sample in newest.items()}
