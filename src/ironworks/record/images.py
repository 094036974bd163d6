"""Process images in compact form: samples by number, the judgement of the moment beside them, and a digest of it all.

    {"time", "arrivals": [[first, count], ...], "readings": [number, ...], "judged": {place: [quality, reason]},
     "ages": {place: age}, "names": {place: tag}, "faults", "digest"}

`judged`, `ages` and `names` hold only what the sample itself does not say: a sample that was GOOD when it came may be
stale in a later image. The digest covers every sample with all its fields, so that rebuilding proves itself.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ironworks.core.image import ProcessImage, Reading
from ironworks.core.sample import Quality, Sample

SampleKey = tuple[str, float, float, float | None]
"""What the judgement of a sample does not change: tag, source time, arrival time, value."""


def key_of(sample: Sample) -> SampleKey:
    """The key of a sample."""
    return sample.tag, sample.source_time, sample.arrival_time, sample.value


def pack(image: ProcessImage, number_of: Callable[[Sample, bool], tuple[int, Sample]]) -> str:
    """The image as JSON.

    `number_of(sample, exactly)` gives the number of the recorded sample with the same key, and that sample; `exactly`
    asks for the same judgement as well.
    """
    numbers = [number_of(sample, True)[0] for sample in image.arrivals]
    readings: list[int] = []
    judged: dict[str, list[Any]] = {}
    ages: dict[str, float] = {}
    names: dict[str, str] = {}
    for place, (tag, reading) in enumerate(image.readings.items()):
        number, recorded = number_of(reading.sample, False)
        readings.append(number)
        if (reading.quality, reading.reason) != (recorded.quality, recorded.reason):
            judged[str(place)] = [int(reading.quality), reading.reason]
        if reading.age != image.time - reading.sample.source_time:
            ages[str(place)] = reading.age
        if tag != reading.sample.tag:
            names[str(place)] = tag
    content = {
        "time": image.time, "arrivals": _spans(numbers), "readings": readings, "judged": judged, "ages": ages,
        "names": names, "faults": list(image.faults), "digest": digest(image),
    }  # fmt: skip
    return json.dumps(content, separators=(",", ":"))


def numbers_in(packed: str) -> set[int]:
    """The numbers of all samples that a packed image refers to."""
    content = json.loads(packed)
    arrived = {number for first, count in content["arrivals"] for number in range(first, first + count)}
    return arrived | set(content["readings"])


def unpack(packed: str, samples: Mapping[int, Sample]) -> ProcessImage:
    """The image, from the samples by number. Judgements are laid over them exactly as they were."""
    content = json.loads(packed)
    time = content["time"]
    readings: dict[str, Reading] = {}
    for place, number in enumerate(content["readings"]):
        sample, spot = samples[number], str(place)
        if spot in content["judged"]:
            quality, reason = content["judged"][spot]
            sample = Sample(sample.tag, sample.value, Quality(quality), sample.source_time, sample.arrival_time, reason)
        age = content["ages"].get(spot, time - sample.source_time)
        readings[content["names"].get(spot, sample.tag)] = Reading(sample, age)
    arrivals = tuple(samples[n] for first, count in content["arrivals"] for n in range(first, first + count))
    return ProcessImage(time, readings, arrivals, tuple(content["faults"]))


def is_whole(packed: str, image: ProcessImage) -> bool:
    """Whether a rebuilt image is, bit for bit, the one that was packed."""
    return json.loads(packed)["digest"] == digest(image)


def digest(image: ProcessImage) -> str:
    """SHA-256 over every field of the image."""
    mill = hashlib.sha256(struct.pack("<d", image.time))
    _feed(mill, image.arrivals)
    for tag, reading in image.readings.items():
        mill.update(tag.encode() + b"\0" + struct.pack("<d", reading.age))
    _feed(mill, [reading.sample for reading in image.readings.values()])
    mill.update("\0".join(image.faults).encode())
    return mill.hexdigest()


def _feed(mill: Any, samples: Iterable[Sample]) -> None:
    for sample in samples:
        has = sample.value is not None
        # adding 0.0 makes -0.0 and 0.0, which are equal, weigh the same
        numbers = (sample.source_time + 0.0, sample.arrival_time + 0.0, (sample.value or 0.0) + 0.0)
        mill.update(struct.pack("<ddd?", *numbers, has) + bytes([sample.quality]))
        mill.update(f"{sample.tag}\0{sample.reason}\0".encode())


def _spans(numbers: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive numbers as [first, count], in order."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][0] + spans[-1][1]:
            spans[-1][1] += 1
        else:
            spans.append([number, 1])
    return spans
