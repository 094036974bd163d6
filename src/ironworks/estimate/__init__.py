"""From what was measured to what we believe: a joint filter for irregular, delayed, noisy samples."""

from ironworks.estimate.joint_filter import JointFilter

__all__ = ["JointFilter"]
