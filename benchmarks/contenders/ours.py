"""keras_vit itself."""

NAME = "keras_vit"
DISTRIBUTION = "keras-vit-swin"
BACKENDS = ("tensorflow", "jax", "torch")
MODELS = ("ViTS16", "ViTB16", "SwinT")


def build(model: str):
    import keras_vit

    return getattr(keras_vit, model)(classifier_activation=None)


def adamw(learning_rate: float, weight_decay: float):
    import keras_vit

    return keras_vit.training.AdamW(learning_rate, weight_decay)
