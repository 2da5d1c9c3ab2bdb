"""Who takes part: one module a library, all with the same names.

    NAME          as the tables call it
    DISTRIBUTION  what pip installs it as
    BACKENDS      where it runs
    MODELS        which of our models it has
    REQUIREMENTS  what pip installs for it, where that is more (may be absent)
    build(model)  that model with random weights, no dropout, and logits as output
    adamw(learning_rate, weight_decay)
                  its own optimizer, where it has one (may be absent)

The functions alone import the library, so this table can be read without it.
"""

from types import ModuleType

from benchmarks.contenders import (
    keras_hub_models,
    ours,
    tfswin_models,
    timm_models,
    torchvision_models,
    transformers_models,
    vit_keras_models,
    zeromodels_models,
)

OURS = ours.NAME
CONTENDERS: dict[str, ModuleType] = {
    module.NAME: module
    for module in (
        ours,
        keras_hub_models,
        zeromodels_models,
        vit_keras_models,
        tfswin_models,
        timm_models,
        torchvision_models,
        transformers_models,
    )
}


def contenders_of(model: str, backend: str) -> list[str]:
    """Names of those who have the model on that backend, ours first."""
    return [
        name
        for name, module in CONTENDERS.items()
        if model in module.MODELS and backend in module.BACKENDS
    ]
