"""From what we believe to what we expect: baselines, the filter's forecast, a learned model, their combination."""

from ironworks.predict.suite import HEADLINE, MODELS, Suite, build

__all__ = ["HEADLINE", "MODELS", "Suite", "build"]
