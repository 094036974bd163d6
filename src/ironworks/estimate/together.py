"""Several estimators as one: the filters of what is sampled, and where the works has what it takes, the inside."""

from collections.abc import Container, Sequence

from ironworks.core.dictionary import TagDictionary
from ironworks.core.estimate import Belief, StateEstimate
from ironworks.core.image import ProcessImage
from ironworks.core.ports import Estimator
from ironworks.estimate.cast_heat import CastHeat
from ironworks.estimate.inside import InsideFilter
from ironworks.estimate.inside.reading import COKE, NEEDED
from ironworks.estimate.joint_filter import JointFilter


class Together:
    """Implements core.ports.Estimator: the beliefs of all, the health of the first, the reasons of all."""

    def __init__(self, estimators: Sequence[Estimator]) -> None:
        self._estimators = tuple(estimators)

    def step(self, image: ProcessImage) -> StateEstimate:
        """The estimate at the image's time."""
        found = [one.step(image) for one in self._estimators]
        beliefs: dict[str, Belief] = {}
        for estimate in found:
            beliefs |= estimate.beliefs
        return StateEstimate(image.time, beliefs, found[0].health, tuple(r for one in found for r in one.reasons))


def build(tags: TagDictionary, groups: Sequence[Sequence[str]]) -> Estimator:
    """The estimator of a works. groups: targets that are filtered together, the hot metal first."""
    casts = CastHeat()
    filters: list[Estimator] = [*[JointFilter(group) for group in groups], casts]
    return Together(filters if inside_lacks(tags) else [*filters, InsideFilter(casts)])


def inside_lacks(names: Container[str]) -> tuple[str, ...]:
    """The tags that are missing for an estimate of the inside; coke over ore as weighed, where it is not set either."""
    lacking = tuple(name for name in NEEDED if name not in names)
    return lacking if any(all(name in names for name in pair) for pair in COKE) else (*lacking, *COKE[0])
