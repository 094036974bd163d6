"""All checks on one sample, in their order: time, presence, range and unit, rate, standstill, order."""

from ironworks.core.dictionary import Role, Tag
from ironworks.core.sample import Quality, Sample, join_reasons
from ironworks.validate.checks import clock, frozen, missing, out_of_range, rate, stale, unit
from ironworks.validate.state import Finding, TagState

IDENTITIES = 8
"""Values remembered of a tag to tell duplicates: after a reconnection a server repeats the last ones."""

UNKNOWN_TAG = Finding(Quality.BAD, "unknown_tag")


def judge(
    tag: Tag, others: tuple[unit.Other, ...], state: TagState, sample: Sample, now: float, resolution: float
) -> tuple[Sample | None, TagState]:
    """The judged sample and what to remember; None for a duplicate, which is only counted.

    Values that any check doubts teach nothing: they neither move the level nor restart the standstill of the next.
    """
    sample, no_time = clock.with_times(sample, now)
    identity = (sample.source_time, sample.value, int(sample.quality))
    if identity in state.identities:
        return None, state._replace(duplicates=state.duplicates + 1)
    ahead = clock.ahead(sample, now, resolution)
    order = state.newest_time if state.newest_time <= now + clock.tolerance(resolution) else float("-inf")
    findings = [no_time, ahead, clock.late(tag, sample, order)]
    level, rate_state, frozen_state = state.level, state.rate, state.frozen
    value, in_order = sample.value, sample.source_time >= order and ahead is None and no_time is None
    if value is None:
        findings.append(missing.judge(sample))
    elif (outside := out_of_range.judge(tag, value)) is not None:
        findings += [outside, unit.judge_outside(tag, others, level, value)]
    elif (swapped := unit.judge_inside(tag, others, level, value)) is not None:
        findings.append(swapped)
    elif in_order and sample.quality == Quality.GOOD:
        too_fast, rate_state = rate.judge(tag, state.rate, value, sample.source_time)
        findings.append(too_fast)
        if too_fast is None:
            gap = stale.allowance(tag, resolution)
            still, frozen_state = frozen.judge(tag, state.frozen, value, sample.source_time, gap)
            findings.append(still)
            level = unit.remember(level, value, sample.source_time)
    judged = lowered(sample, findings)
    newest = judged if _replaces(tag, judged, state.newest, now, resolution) else state.newest
    newest_time = order if ahead or no_time else max(order, sample.source_time)
    identities = (*state.identities[1 - IDENTITIES :], identity)
    return judged, TagState(newest, newest_time, identities, rate_state, frozen_state, level, state.duplicates)


def lowered(sample: Sample, findings: list[Finding | None]) -> Sample:
    """The sample with its quality lowered as far as the findings say, and their reasons added."""
    found = [finding for finding in findings if finding is not None]
    if not found:
        return sample
    return sample.judged(
        min(finding.quality for finding in found), join_reasons(*(finding.reason for finding in found))
    )


def _replaces(tag: Tag, sample: Sample, shown: Sample | None, now: float, resolution: float) -> bool:
    """Whether the image shows this sample from now on: the newest, but none stays hidden behind a wrong clock.

    A probe that failed in the laboratory says nothing against the sample before it, which has its own time and age.
    """
    if tag.role == Role.LABORATORY and sample.value is None and shown is not None and shown.value is not None:
        return False
    if shown is None or sample.source_time >= shown.source_time:
        return True
    return clock.ahead(shown, now, resolution) is not None
