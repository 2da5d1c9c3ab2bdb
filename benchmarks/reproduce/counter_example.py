"""The counter-example: handwritten digits, where pixels are a good feature."""

import functools

from benchmarks.reproduce.encoder import kept_features
from benchmarks.reproduce.learners import linear_probe
from benchmarks.reproduce.sets import few, mnist
from benchmarks.reproduce.tables import bullet, compared, paragraph, table, values

SETTINGS = {
    "weights": "dinov2",
    "image_size": 70,
    "counts": [1, 5, 25, 60],
    "test_size": 500,
    "pool": 200,
    "seeds": [0, 1, 2],
}
QUICK = {
    **SETTINGS,
    "weights": "small",
    "image_size": 28,
    "counts": [1, 2],
    "test_size": 20,
    "pool": 4,
    "seeds": [0],
}
FEATURES = ("pixels", "DINOv2")
SCALES = {"columns standardized": False, "rows of length 1": True}


def run(results, folder) -> None:
    """Measure what is not there yet."""
    settings = results.settings
    digits = mnist()
    test = slice(settings["test_size"])
    rest = digits.labels[settings["test_size"] :]
    pool = few(rest, settings["pool"], 0) + settings["test_size"]
    parts = (digits.images[pool], digits.images[test])
    labels = (digits.labels[pool], digits.labels[test])

    def features(kind):
        if kind == "pixels":
            return [part.reshape(len(part), -1) / 255 for part in parts]
        return [
            kept_features(
                folder,
                f"mnist_{name}_{len(part)}",
                part,
                settings["image_size"],
                settings["weights"],
            )
            for name, part in zip(("pool", "test"), parts, strict=True)
        ]

    def measure(kind, unit_length, count, seed):
        train, held_out = features(kind)
        some = few(labels[0], count, seed)
        probe = linear_probe(train[some], labels[0][some], unit_length)
        return {"accuracy": probe.score(held_out, labels[1])}

    for kind in FEATURES:
        for unit_length in SCALES.values():
            for count in settings["counts"]:
                for seed in settings["seeds"]:
                    key = {**scaled_by(unit_length, kind, count), "seed": seed}
                    results.measure(lambda k=key: measure(**k), **key)


def scaled_by(unit_length: bool, kind: str, count: int) -> dict:
    """What the rows of a feature have."""
    return {"kind": kind, "unit_length": unit_length, "count": count}


def better_scaled(results, kind: str, count: int) -> dict:
    """The same where it is scaled its better way."""
    keys = [scaled_by(unit_length, kind, count) for unit_length in SCALES.values()]
    return max(keys, key=lambda key: values(results, **key).sum())


def section(results) -> str:
    """What came out."""
    settings = results.settings
    rows = {
        f"{kind}, {scale}": {"kind": kind, "unit_length": unit_length}
        for kind in FEATURES
        for scale, unit_length in SCALES.items()
    }
    columns = {f"{n} a class": {"count": n} for n in settings["counts"]}
    ways = {
        scale: functools.partial(scaled_by, unit_length)
        for scale, unit_length in SCALES.items()
    }
    ways["each scaled its better way"] = functools.partial(better_scaled, results)
    names = ("the probe on pixels", "that on DINOv2")
    bullets = [
        bullet(f"{way}, {n} a class: {compared(results, *names, *keys)}")
        for way, choose in ways.items()
        for n in settings["counts"]
        for keys in [[choose(kind, n) for kind in FEATURES]]
    ]
    description = paragraph(
        f"""Digits of MNIST are a stroke in the middle of a small picture, which a
        linear layer can read from pixels, and no photographs as DINOv2 has seen them.
        The same linear probe on raw pixels and on DINOv2's features
        ({settings["image_size"]} pixels), tested with {settings["test_size"]} digits; a
        seed draws the examples. How features are scaled before the probe decides part
        of it, so both ways stand here; the better one is that of this table."""
    )
    return "\n\n".join(
        [description, table(results, rows, columns, "method"), "\n".join(bullets)]
    )
