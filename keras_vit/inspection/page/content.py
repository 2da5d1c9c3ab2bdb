"""What a page holds: pictures, answers, and views of the attention."""

import base64
import io
from typing import Any

import numpy as np

from keras_vit.inspection.attention_maps import attention_maps
from keras_vit.inspection.feature_extractor import feature_extractor
from keras_vit.inspection.finding import find
from keras_vit.inspection.page.views import attention_views, matrix_view
from keras_vit.inspection.plots.photographs import as_picture
from keras_vit.inspection.plots.predictions import probabilities


def described(model, images, layers, titles, class_names) -> list[dict]:
    """For each image its title, best classes, picture, and views."""
    found = find(model, images.shape[1:])
    numbers = found.chosen(layers)
    answers = _answers(model, images, class_names)
    similarity, rollout = _similarity(model, images), _rollout(found, model, images)
    descriptions = []
    for number, title in enumerate(titles):
        scores = attention_maps(model, images[number : number + 1], layers=layers)
        views = {"Attention": attention_views(found, scores, numbers, 0)}
        if rollout is not None:
            views["Rollout"] = [matrix_view("all blocks", found, rollout[number])]
        views["Similarity"] = [matrix_view("last block", found, similarity[number])]
        descriptions.append(
            {
                "title": title,
                "answers": answers[number],
                "picture": _picture(images[number]),
                "views": views,
            }
        )
    return descriptions


def _similarity(model, images) -> np.ndarray:
    """Cosines between the patches after the last block, (B, N, N)."""
    features = feature_extractor(model, -1, maps=True).predict(images, verbose=0)
    tokens = features.reshape(len(images), -1, features.shape[-1]).astype("float32")
    tokens /= np.linalg.norm(tokens, axis=-1, keepdims=True) + 1e-12
    return tokens @ tokens.swapaxes(1, 2)


def _rollout(found, model, images) -> np.ndarray | None:
    """The whole matrix of the rollout, (B, N, N), for a ViT."""
    if found.kind != "vit":
        return None
    product: Any = None
    for number in range(len(found.blocks)):
        (scores,) = attention_maps(model, images, layers=[number])
        step = (scores.mean(axis=1) + np.eye(scores.shape[-1])) / 2
        product = step if product is None else step @ product
    return product.astype("float32")


def _answers(model, images, class_names) -> list[list[str]]:
    if class_names is None:
        return [[] for _ in images]
    lines = []
    for shares in probabilities(model, images):
        best = np.argsort(shares)[::-1][:3]
        lines.append([f"{class_names[i]} {shares[i]:.0%}" for i in best])
    return lines


def _picture(image) -> str:
    """The image as a JPEG, as an address that holds it all."""
    from PIL import Image

    pixels = np.clip(255 * as_picture(image), 0, 255).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(file, "JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def viridis() -> list[list[int]]:
    """Matplotlib's viridis, 256 colors from dark to bright."""
    import matplotlib

    colors = matplotlib.colormaps["viridis"](np.arange(256))[:, :3]
    return np.rint(255 * colors).astype(int).tolist()
