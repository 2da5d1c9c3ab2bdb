"""One step of a contender: images in, predictions or a loss out, on the host.

Every step ends with a number that Python holds, so the clock sees the whole of it. A
step takes what a user of the library would take: Keras's own compiled functions with
their defaults, and plain eager PyTorch. Images come from the host; where PyTorch sees a
GPU, it works there, as Keras does.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.cells import CLASSES, IMAGE_SIZE

LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.05


def random_batch(batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (B, H, W, 3) and labels (B,), the same for everybody."""
    generator = np.random.default_rng(0)
    shape = (batch, IMAGE_SIZE, IMAGE_SIZE, 3)
    images = generator.standard_normal(shape, dtype="float32")
    return images, generator.integers(0, CLASSES, batch).astype("int32")


def make_step(
    model,
    mode: str,
    batch: int,
    adamw: Callable | None = None,
    dtype: str | None = None,
) -> Callable[[], np.ndarray | float]:
    """A function without arguments that does one step.

    Args:
        model: a Keras model or a torch module.
        mode: "inference" or "train".
        batch: int, images a step.
        adamw: function of learning rate and weight decay that gives the optimizer of a
            Keras model; Keras's own AdamW where it is None.
        dtype: "mixed_bfloat16" to have PyTorch's modules work in it; a Keras model is
            built so.

    Returns:
        The function; it gives the logits (B, classes) or the loss.

    Raises:
        ValueError: for another mode, or a dtype that PyTorch has no autocast for.
    """
    if mode not in ("inference", "train"):
        raise ValueError(
            f"`mode` should be 'inference' or 'train'. Received: mode={mode!r}"
        )
    images, labels = random_batch(batch)
    if hasattr(model, "predict_on_batch"):
        return _keras_step(model, mode, images, labels, adamw)
    if dtype not in (None, "float32", "mixed_bfloat16"):
        raise ValueError(
            "PyTorch's modules work in 'float32' or 'mixed_bfloat16'. Received: "
            f"dtype={dtype!r}"
        )
    return _torch_step(model, mode, images, labels, dtype == "mixed_bfloat16")


def _keras_step(model, mode, images, labels, adamw):
    import keras

    if mode == "inference":
        return lambda: model.predict_on_batch(images)
    model.compile(
        (adamw or keras.optimizers.AdamW)(LEARNING_RATE, WEIGHT_DECAY),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    # A library may compile its models with metrics of its own: the loss comes first.
    return lambda: float(np.ravel(model.train_on_batch(images, labels))[0])


def _torch_step(model, mode, images, labels, mixed):
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    # (B, H, W, C) -> (B, C, H, W)
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(labels).long()

    def forward():
        with torch.autocast(device, torch.bfloat16, enabled=mixed):
            return _logits(model(images.to(device)))

    if mode == "inference":
        model.eval()

        def predict():
            with torch.inference_mode():
                return forward().float().cpu().numpy()

        return predict

    model.train()
    optimizer = torch.optim.AdamW(
        model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY
    )

    def train():
        optimizer.zero_grad(set_to_none=True)
        logits = forward().float()
        loss = torch.nn.functional.cross_entropy(logits, labels.to(device))
        loss.backward()
        optimizer.step()
        return loss.item()

    return train


def _logits(output):
    return getattr(output, "logits", output)  # transformers wraps them
