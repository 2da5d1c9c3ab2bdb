"""Train a small ViT and a small Swin on real digits, save them and load them again.

    make quickstart                  # BACKEND=jax or BACKEND=torch picks another one
    python tutorials/quickstart.py   # the same, where keras_vit is installed

The data are scikit-learn's 1,797 scans of 8x8 pixels: nothing is downloaded. Pictures
and models go to ./quickstart_output. It fails if a model does not reach the accuracy
that is asked for, or predicts something else once it is loaded again.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# These products are small: waking a second thread takes PyTorch longer than they do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
from quickstart_pictures import (
    draw_attention,
    draw_confusion,
    draw_curves,
    eight_digits,
)

import keras_vit

SEED = 1
EPOCHS = 30
WANTED_ACCURACY = {"ViT": 0.97, "Swin": 0.96}
OUTPUT = Path("quickstart_output")


def build(kind):
    common = {"input_shape": (8, 8, 1), "classes": 10, "drop_path_rate": 0.1}
    if kind == "ViT":  # a sequence of 16 patches, each of 2x2 pixels
        size = {"hidden_dim": 64, "num_layers": 4, "num_heads": 4, "mlp_dim": 128}
        return keras_vit.VisionTransformer(
            patch_size=2, pooling="avg", **size, **common
        )
    size = {"hidden_dim": 32, "depths": (2, 2), "num_heads": (2, 4)}
    return keras_vit.SwinTransformer(  # maps of 8x8, then 4x4, in windows of 4x4
        patch_size=1, window_size=4, **size, **common
    )


def batches(split):
    training = split == "train"
    mixup = keras_vit.data.Augmentation(flip=False, mixup_alpha=0.2)
    return keras_vit.data.image_batches(
        "digits",
        split=split,
        image_size=8,
        channels=1,
        one_hot=True,
        batch_size=64,
        training=training,
        augmentation=mixup if training else None,
        seed=SEED,
    )


def shifted(batches):
    """Move some of the images by a pixel; -1 is the black around them."""
    shift = keras.layers.RandomTranslation(
        0.08, 0.08, "constant", interpolation="nearest", seed=SEED, fill_value=-1.0
    )
    return batches.map(lambda images, labels: (shift(images, training=True), labels))


def optimizer(steps):
    """Muon for the matrices and Adam for the rest, to keep this short.

    `keras_vit.training.AdamW(3e-3, weight_decay=0.05)` brings the ViT to 0.98 in as many
    epochs, but the Swin to 0.89; at 5e-3 and in 60 epochs it comes to 0.99.
    What Adam takes has no weight decay: biases, norms, embeddings and bias tables.
    """
    rate = keras.optimizers.schedules.CosineDecay(
        1e-6, 0.9 * steps, warmup_target=1e-2, warmup_steps=0.1 * steps
    )
    return keras.optimizers.Muon(
        rate,
        weight_decay=0.05,
        adam_weight_decay=None,
        exclude_layers=["relative_position_bias_table"],
        global_clipnorm=1.0,
    )


def train(model, train_batches, test_batches):
    """Return what `fit` recorded in each epoch, and the seconds that it took."""
    model.compile(
        optimizer(steps=EPOCHS * len(train_batches)),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy"],
    )
    start = time.perf_counter()
    history = model.fit(
        train_batches,
        validation_data=test_batches,
        epochs=EPOCHS,
        shuffle=False,  # the batches are shuffled
        verbose=1 if sys.stdout.isatty() else 2,  # a bar, or a line an epoch in a log
    )
    return history.history, time.perf_counter() - start


def save(kind, model, images, outputs):
    np.savez(OUTPUT / f"{kind}.npz", images=images, outputs=outputs)
    model.save(OUTPUT / f"{kind}.keras")
    keras_vit.export(model, OUTPUT / f"{kind}_saved_model", images=images)


def run_again(*arguments):
    """Run a part of this file in a new process, which knows only what was saved."""
    subprocess.run([sys.executable, __file__, *arguments], check=True)


def check(kind):
    """Load both files and compare with what the trained model predicted."""
    import tensorflow as tf

    saved = np.load(OUTPUT / f"{kind}.npz")
    images = saved["images"]
    loaded = keras.saving.load_model(OUTPUT / f"{kind}.keras")
    served = tf.saved_model.load(str(OUTPUT / f"{kind}_saved_model"))
    outputs = {
        ".keras": loaded.predict(images, verbose=0),
        "SavedModel": served.serve(images)["predictions"].numpy(),
    }
    for form, output in outputs.items():
        difference = np.abs(output - saved["outputs"]).max()
        print(f"{kind}, {form} in a new process: largest difference {difference:.1e}")
        if not difference < 1e-4:
            sys.exit(f"This {form} does not predict what the trained {kind} did.")


def draw(histories, labels, outputs, images, models):
    """How they learned, what they mistake, and what their answers were gathered from."""
    draw_curves(histories, OUTPUT / "learning_curves.png")
    draw_confusion(labels, outputs, OUTPUT / "confusion.png")
    chosen = eight_digits(labels, outputs)
    rollouts = {
        kind: keras_vit.inspection.attention_rollout(model, images[chosen])
        for kind, model in models.items()
    }
    outputs = {kind: output[chosen] for kind, output in outputs.items()}
    path = OUTPUT / "attention.png"
    draw_attention(images[chosen], labels[chosen], outputs, rollouts, path)


def main():
    OUTPUT.mkdir(exist_ok=True)
    train_batches, test_batches = shifted(batches("train")), batches("test")
    test = list(test_batches.as_numpy_iterator())
    images, labels = (np.concatenate(arrays) for arrays in zip(*test, strict=True))
    labels = labels.argmax(-1)
    histories, models, outputs, short = {}, {}, {}, []
    table = ["Model    Parameters   Test accuracy   Seconds"]
    for kind, wanted in WANTED_ACCURACY.items():
        keras.utils.set_random_seed(SEED)
        models[kind] = model = build(kind)
        print(f"\n{kind} on {keras.backend.backend()}", flush=True)
        histories[kind], seconds = train(model, train_batches, test_batches)
        outputs[kind] = model.predict(images, verbose=0)
        accuracy = np.mean(outputs[kind].argmax(-1) == labels)
        if accuracy < wanted:
            short.append(f"{kind} should reach {wanted}")
        numbers = f"{model.count_params():10,} {accuracy:15.4f} {seconds:9.1f}"
        table.append(f"{kind:8} {numbers}")
        save(kind, model, images, outputs[kind])
    draw(histories, labels, outputs, images, models)
    print("", *table, "", sep="\n", flush=True)
    for kind in WANTED_ACCURACY:
        run_again("check", kind)
    print(f"\nThe pictures and the models are in {OUTPUT}/")
    if short:
        sys.exit("The test accuracy is too low: " + ", ".join(short))


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2])
    else:
        main()
