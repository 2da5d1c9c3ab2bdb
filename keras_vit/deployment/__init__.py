"""Out of the notebook: files for other runtimes, and layouts for many devices."""

from keras_vit.deployment.estimating import estimate
from keras_vit.deployment.exporting import export
from keras_vit.deployment.layouts import layout_map
from keras_vit.deployment.report import ExportReport
from keras_vit.deployment.runtimes import read_class_names
from keras_vit.deployment.training_estimate import TrainingEstimate

__all__ = [
    "ExportReport",
    "TrainingEstimate",
    "estimate",
    "export",
    "layout_map",
    "read_class_names",
]
