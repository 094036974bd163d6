"""`ironworks train-across`: the sequence model's weights from simulated furnaces."""

from ironworks.commands.train_across.command import TrainOptions, show, train_across

__all__ = ["TrainOptions", "show", "train_across"]
