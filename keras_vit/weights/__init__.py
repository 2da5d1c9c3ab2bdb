"""Published and saved weights: where they live, and how they get into a model."""

from keras_vit.weights.catalogue import WeightsInfo
from keras_vit.weights.listing import WeightsTable, list_weights
from keras_vit.weights.load import load_weights
from keras_vit.weights.lookup import weights_info
from keras_vit.weights.planning import WeightsPlan, plan_weights
from keras_vit.weights.preprocessing import decode_predictions, preprocess_input
from keras_vit.weights.report import LoadReport

__all__ = [
    "LoadReport",
    "WeightsInfo",
    "WeightsPlan",
    "WeightsTable",
    "decode_predictions",
    "list_weights",
    "load_weights",
    "plan_weights",
    "preprocess_input",
    "weights_info",
]
