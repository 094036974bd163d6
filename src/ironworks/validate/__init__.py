"""Validation: what may be believed of what was measured, and why not."""

from ironworks.validate.validator import Validator

__all__ = ["Validator"]
