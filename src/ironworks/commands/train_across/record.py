"""One drawn furnace run by its own operator, on tape."""

import numpy as np

from ironworks.backtest.forecast_bench.targets import targets_of
from ironworks.commands.processes import Tell
from ironworks.commands.train_across.tape import Tape
from ironworks.core.dictionary import Role
from ironworks.core.image import ProcessImage
from ironworks.estimate.cast_heat import CAST_TIME, RUNNERS
from ironworks.plant.furnace.freezing import watch
from ironworks.plant.runner import Look, Runner
from ironworks.plant.simulation import signs, usual
from ironworks.plant.works import SAMPLING_STEP, SimulatedWorks
from ironworks.predict.features import recent_means
from ironworks.predict.sequence.features import SEEN
from ironworks.predict.sequence.quantities import QUANTITIES
from ironworks.validate import Validator

DAY = 86400.0
CLOCK_RESOLUTION = 1.0  # s


def record_tape(plant: SimulatedWorks, days: float, progress: Tell = lambda days: None) -> Tape:
    """So many days of a works run by its own operator; fewer if it freezes."""
    works = plant.works
    targets = [target.name for target in targets_of(works.tags)]
    runner, validator = Runner(plant, targets), Validator(works.tags, CLOCK_RESOLUTION)
    # what pyrometers over the runners read is kept minute by minute, as what the laboratory sends is
    one_by_one = {*RUNNERS, *(tag.name for tag in works.tags.with_role(Role.LABORATORY))}
    kept = {name for name in (*one_by_one, *SEEN, CAST_TIME) if name in works.tags}
    begin, state = plant.time, None
    images: list[ProcessImage] = []
    looks: list[Look] = []
    for _ in range(round(days * DAY / works.cycle)):
        samples = []
        for _ in range(round(works.cycle / SAMPLING_STEP)):
            samples += [sample for sample in plant.advance(SAMPLING_STEP) if sample.tag in kept]
            looks.append(runner.look(plant))
        validator.judge(samples, plant.time)
        images.append(validator.image(plant.time))
        progress(works.cycle / DAY)
        state, ending = watch(usual(plant) if state is None else state, plant.time - begin, signs(plant))
        if ending is not None:
            break
    return _tape(images, looks, sorted(kept), one_by_one, targets)


def _tape(images: list[ProcessImage], looks: list[Look], names: list[str], one_by_one: set[str],
          targets: list[str]) -> Tape:  # fmt: skip
    index = {name: i for i, name in enumerate(names)}
    # readings between two images are not on tape: what is seen of them is
    meant = {tag for one in QUANTITIES for tag in one.looks_at}.difference(one_by_one).intersection(names)
    known = [{name: image.usable(name) for name in names} | recent_means(image, meant) for image in images]
    values = [[one[name] for name in names] for one in known]
    arrived = [
        (cycle, index[s.tag], s.source_time, s.value)
        for cycle, image in enumerate(images)
        for s in image.arrivals
        if s.tag in one_by_one and s.usable and s.value is not None
    ]
    columns = list(zip(*arrived)) if arrived else [(), (), (), ()]
    return Tape(
        np.array([image.time for image in images]), np.array(names), np.array(values, dtype=float),
        np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=float), np.array(columns[3], dtype=float), np.array(targets),
        np.array([look.time for look in looks]), np.array([look.truth for look in looks]),
        np.array([look.flows for look in looks]),
    )  # fmt: skip
