"""Critical tags must be there and fresh, and so must the proposal."""

from ironworks.core.decision import GuardAction
from ironworks.core.dictionary import Tag
from ironworks.core.image import Reading
from ironworks.guard.question import Question, refused

KIND = "freshness"
STALE = "stale"
"""The validate stage's word for a value that is too old."""


def freshness(question: Question) -> tuple[GuardAction, ...]:
    """Refuse when a critical tag never arrived, is stale, too old or from the future, or the proposal is an old one."""
    if question.move is None:
        return ()
    reasons = [reason for tag in question.critical if (reason := not_fresh(question, tag))]
    age = question.image.time - question.move.made_at
    if not -question.resolution <= age <= question.rules.proposal_age_cycles * question.works.cycle:
        reasons.append(f"the proposal was made {age / 60.0:.0f} min before this image")
    return tuple(refused(KIND, reason, question.move.value) for reason in reasons)


def not_fresh(question: Question, tag: str) -> str:
    """Why a tag's reading is not fresh; an empty string when it is."""
    reading = question.image.readings.get(tag)
    if reading is None:
        return f"{tag} never arrived"
    if STALE in reading.reason.split(";"):
        return f"{tag} is stale"
    if tag not in question.works.tags:
        return f"{tag} is not a tag of the works"
    return _wrong_age(question, reading, question.works.tags[tag])


def _wrong_age(question: Question, reading: Reading, tag: Tag) -> str:
    oldest = question.rules.age_periods * max(tag.period, question.resolution) + tag.delay
    if reading.age > oldest:
        return f"{tag.name} is {reading.age / 60.0:.1f} min old; at most {oldest / 60.0:.1f} min"
    if reading.age < -question.resolution:
        return f"{tag.name} is {-reading.age / 60.0:.1f} min in the future"
    return ""
