"""Train the small ViT that the notebooks fall back on without a network.

    python tools/train_small_checkpoint.py   # 3 minutes on a GPU (H100), with JAX

DINOv2's ViT-S/14 (https://arxiv.org/abs/2304.07193, Apache-2.0) is the teacher: the
student's tokens learn to predict the teacher's tokens, patch by patch, and its class
token learns which photograph a picture was cut from. Pictures are crops of the 14
photographs of `keras_vit.teaching`, a third of them put together from two. The
teacher's answers are computed once. Writes keras_vit/teaching/small_vit.safetensors in
half precision, under 1 MB.

The student has seen these photographs and nothing else: it shows how the tools work,
not what a large model knows.
"""

import sys
import time

import keras
import numpy as np
from safetensors.numpy import save_file

import keras_vit
from keras_vit.teaching.photographs import PHOTOGRAPHS, photograph
from keras_vit.teaching.small_vit import FILE, SMALL_VIT

SIZE = 224
PIXELS = {name: photograph(name) for name in PHOTOGRAPHS}
PICTURES = 3072
EPOCHS = 60
BATCH = 64
TEACHER = sys.argv[1] if len(sys.argv) > 1 else "dinov2"  # or a file


def crop(name, rng):
    """A random square of a photograph, 40 to 100 % of its side, sometimes mirrored."""
    from PIL import Image

    image = PIXELS[name]
    side = int(min(image.shape[:2]) * rng.uniform(0.4, 1.0))
    top = rng.integers(image.shape[0] - side + 1)
    left = rng.integers(image.shape[1] - side + 1)
    square = Image.fromarray(image[top : top + side, left : left + side])
    pixels = np.asarray(square.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    return pixels[:, ::-1] if rng.random() < 0.5 else pixels


def picture(rng):
    """A picture and its label: one photograph, or two beside or above each other."""
    classes = len(PHOTOGRAPHS)
    first = rng.integers(classes)
    pixels = crop(PHOTOGRAPHS[first], rng).copy()
    label = np.eye(classes, dtype="float32")[first]
    if rng.random() < 1 / 3:
        second = (first + rng.integers(1, classes)) % classes
        other, cut = crop(PHOTOGRAPHS[second], rng), 14 * rng.integers(4, 13)
        share = cut / SIZE
        if rng.random() < 0.5:
            pixels[:, cut:] = other[:, cut:]
        else:
            pixels[cut:] = other[cut:]
        label = share * label + (1 - share) * np.eye(classes, dtype="float32")[second]
    return pixels, label


def teacher_tokens(images):
    """The teacher's normalized tokens (B, 257, 384), each of mean 0 and variance 1."""
    teacher = keras_vit.ViTS14(
        weights=TEACHER, include_top=False, input_shape=(SIZE, SIZE, 3)
    )
    tokens = teacher.predict(images, batch_size=64, verbose=2)
    mean, std = tokens.mean(-1, keepdims=True), tokens.std(-1, keepdims=True)
    return ((tokens - mean) / std).astype("float16")


def student_with_targets():
    """The student, and a model that gives what the teacher says and the classes."""
    student = keras_vit.VisionTransformer(
        input_shape=(SIZE, SIZE, 3), classes=len(PHOTOGRAPHS), **SMALL_VIT
    )
    tokens = student.get_layer("norm").output
    predicted = keras.layers.Dense(384, name="tokens")(tokens)
    return student, keras.Model(student.input, [predicted, student.output])


def main():
    """Make the pictures, ask the teacher, train the student, save it."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    pairs = [picture(rng) for _ in range(PICTURES)]
    images = np.stack([pixels for pixels, _ in pairs])
    labels = np.stack([label for _, label in pairs])
    images = keras_vit.preprocess_input(images, "dinov2", "ViTS14", image_size=SIZE)
    start = time.perf_counter()
    targets = teacher_tokens(images)
    print(f"teacher: {time.perf_counter() - start:.0f} s", flush=True)
    student, model = student_with_targets()
    steps = EPOCHS * PICTURES // BATCH
    rate = keras.optimizers.schedules.CosineDecay(
        1e-5, int(0.9 * steps), warmup_target=2e-3, warmup_steps=int(0.1 * steps)
    )
    model.compile(
        keras_vit.training.AdamW(rate, weight_decay=0.02, global_clipnorm=1.0),
        ["mse", "categorical_crossentropy"],
        loss_weights=[1.0, 0.2],
        metrics=[[], ["accuracy"]],
    )
    model.fit(images, [targets, labels], batch_size=BATCH, epochs=EPOCHS, verbose=2)
    arrays = {
        w.path: keras.ops.convert_to_numpy(w).astype("float16") for w in student.weights
    }
    save_file(arrays, FILE)
    print(
        f"{FILE.name}: {student.count_params():,} parameters, "
        f"{FILE.stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
