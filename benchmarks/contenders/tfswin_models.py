"""tfswin (https://github.com/shkarupa-alex/tfswin)."""

from benchmarks.cells import CLASSES

NAME = "tfswin"
DISTRIBUTION = "tfswin"
BACKENDS = ("tensorflow",)
MODELS = ("SwinT",)


def build(model: str):
    from tfswin import SwinTransformerTiny224

    return SwinTransformerTiny224(
        weights=None,
        classes=CLASSES,
        classifier_activation="linear",
        path_drop=0.0,
        include_preprocessing=False,
    )
