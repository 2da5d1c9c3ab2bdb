"""What models do in long, parallel and mixed use: `python -m benchmarks.reliability`.

Each check is a process of its own on each backend, which prints one line of JSON;
docs/reliability.md is made of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BACKENDS = ("tensorflow", "jax", "torch")
ROOT = Path(__file__).parents[1]
STEPS, WARM = 2000, 500
THREADS, CALLS = 8, 25
LIMIT = 600  # seconds, of one check


def small_vit(**arguments):
    """A ViT that takes a step in milliseconds."""
    import keras_vit

    small = {"hidden_dim": 12, "num_layers": 2, "num_heads": 3, "mlp_dim": 22}
    small |= {"patch_size": 4, "input_shape": (8, 12, 3), "classes": 5}
    return keras_vit.VisionTransformer(**(small | arguments))


def small_swin():
    """A Swin that takes a step in milliseconds."""
    import keras_vit

    return keras_vit.SwinTransformer(
        hidden_dim=6,
        depths=(1, 2),
        num_heads=(1, 2),
        window_size=2,
        input_shape=(16, 24, 3),
        classes=5,
    )


MODELS = {"vit": small_vit, "swin": small_swin}


def images_for(model, count=16):
    """Random images of the model's size."""
    shape = (count, *model.input_shape[1:])
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def saved(folder: str) -> dict:
    """Write both kinds of file, and what the models compute."""
    import keras

    backend = keras.backend.backend()
    for name, build in MODELS.items():
        model = build()
        for variable in model.trainable_variables:
            random = np.random.default_rng(sum(map(ord, variable.path)))
            variable.assign(random.normal(0, 0.2, variable.shape))
        path = f"{folder}/{backend}_{name}"
        model.save(f"{path}.keras")
        model.save_weights(f"{path}.weights.h5")
        np.save(f"{path}.npy", model.predict(images_for(model), verbose=0))
    return {}


def read(folder: str, writer: str) -> dict:
    """Largest differences of models that another backend has written."""
    import keras

    import keras_vit  # noqa: F401  # a file names its layers

    differences = {}
    for name, build in MODELS.items():
        path = f"{folder}/{writer}_{name}"
        whole = keras.saving.load_model(f"{path}.keras")
        filled = build()
        filled.load_weights(f"{path}.weights.h5")
        wanted = np.load(f"{path}.npy")
        for kind, model in ((".keras", whole), (".weights.h5", filled)):
            outputs = model.predict(images_for(model), verbose=0)
            off = float(np.abs(outputs - wanted).max())
            differences[kind] = max(differences.get(kind, 0.0), off)
    return differences


def steps() -> dict:
    """Resident memory after some steps of training, and after many."""
    model = small_vit(dropout_rate=0.1, drop_path_rate=0.1)
    model.compile("adamw", "sparse_categorical_crossentropy")
    images, labels = images_for(model), np.arange(16) % 5
    resident = []
    for step in range(STEPS):
        loss = model.train_on_batch(images, labels)
        if step + 1 in (WARM, STEPS):
            resident.append(_resident_mib())
    return {"MiB": resident, "loss": float(loss)}


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def threads(way: str) -> dict:
    """Predict from many threads at once, each its own images."""
    from concurrent.futures import ThreadPoolExecutor

    import keras

    model = small_vit()
    batches = [images_for(model)[i : i + 4] for i in range(THREADS)]

    def predicted(batch):
        if way == "predict_on_batch":
            return np.asarray(model.predict_on_batch(batch))
        return keras.ops.convert_to_numpy(model(batch, training=False))

    wanted = [predicted(batch) for batch in batches]

    def work(index):
        outputs = [predicted(batches[index]) for _ in range(CALLS)]
        return max(float(np.abs(output - wanted[index]).max()) for output in outputs)

    with ThreadPoolExecutor(THREADS) as pool:
        return {"difference": max(pool.map(work, range(THREADS)))}


def _in_child(queue, path) -> None:
    import keras

    import keras_vit  # noqa: F401

    model = keras.saving.load_model(path)
    queue.put(np.asarray(model.predict_on_batch(images_for(model))).tolist())


def child(method: str) -> dict:
    """Load and predict in a child process while the parent holds a model too."""
    import multiprocessing

    model = small_vit()
    wanted = np.asarray(model.predict_on_batch(images_for(model)))
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.keras"
        model.save(path)
        process = context.Process(target=_in_child, args=(queue, path), daemon=True)
        process.start()
        try:
            outputs = queue.get(timeout=90)
        except Exception:
            process.kill()
            return {"failed": "no answer in 90 s"}
    return {"difference": float(np.abs(np.asarray(outputs) - wanted).max())}


def half(variant: str, dtype: str) -> dict:
    """Features of the largest models, in half precision, are finite."""
    import keras_vit

    start = time.perf_counter()
    build = getattr(keras_vit, variant)
    model = build(include_top=False, pooling="avg", dtype=dtype)
    outputs = np.asarray(model.predict(images_for(model, 1), verbose=0), "float32")
    return {
        "finite": bool(np.isfinite(outputs).all()),
        "largest": float(np.abs(outputs).max()),
        "seconds": time.perf_counter() - start,
    }


CHECKS = {
    "saved": saved,
    "read": read,
    "steps": steps,
    "threads": threads,
    "child": child,
    "half": half,
}


def ask(backend: str, check: str, **arguments) -> dict:
    """Do a check in a process of that backend."""
    job = json.dumps({"check": check, **arguments})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reliability", "--job", job],
            cwd=ROOT,
            env=os.environ | {"KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        found = {"failed": f"no answer in {LIMIT} s"}
    else:
        lines = (done.stderr if done.returncode else done.stdout).strip().splitlines()
        found = {"failed": lines[-1]} if done.returncode else json.loads(lines[-1])
    print(backend, job, found, flush=True)
    return found


def main() -> None:
    """Do all checks, or the one of a job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", type=json.loads)
    parser.add_argument("--results", type=Path, default=ROOT / ".reliability.json")
    options = parser.parse_args()
    if options.job:
        print(json.dumps(CHECKS[options.job.pop("check")](**options.job)))
        return
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in BACKENDS:
            ask(backend, "saved", folder=folder)
        for writer in BACKENDS:
            for reader in BACKENDS:
                key = f"pair, {writer}, {reader}"
                found[key] = ask(reader, "read", folder=folder, writer=writer)
    for backend in BACKENDS:
        found[f"steps, {backend}"] = ask(backend, "steps")
        for way in ("call", "predict_on_batch"):
            found[f"{way}, {backend}"] = ask(backend, "threads", way=way)
        for method in ("spawn", "fork"):
            found[f"{method}, {backend}"] = ask(backend, "child", method=method)
        for variant in ("ViTH14", "SwinL"):
            for dtype in ("float16", "bfloat16"):
                key = f"half, {variant}, {dtype}, {backend}"
                found[key] = ask(backend, "half", variant=variant, dtype=dtype)
    options.results.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
