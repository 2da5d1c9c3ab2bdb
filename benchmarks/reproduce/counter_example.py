"""The counter-example: handwritten digits, where pixels are a good feature."""

from benchmarks.reproduce.encoder import kept_features
from benchmarks.reproduce.learners import linear_probe
from benchmarks.reproduce.sets import few, mnist
from benchmarks.reproduce.tables import bullet, compared, paragraph, table

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

    for kind in FEATURES:
        train, held_out = features(kind)
        for unit_length in SCALES.values():
            for count in settings["counts"]:
                for seed in settings["seeds"]:

                    def measure(n=count, s=seed, u=unit_length, x=train, t=held_out):
                        some = few(labels[0], n, s)
                        probe = linear_probe(x[some], labels[0][some], u)
                        return {"accuracy": probe.score(t, labels[1])}

                    key = {"kind": kind, "unit_length": unit_length}
                    results.measure(measure, **key, count=count, seed=seed)


def section(results) -> str:
    """What came out."""
    settings = results.settings
    rows = {
        f"{kind}, {scale}": {"kind": kind, "unit_length": unit_length}
        for kind in FEATURES
        for scale, unit_length in SCALES.items()
    }
    columns = {f"{n} a class": {"count": n} for n in settings["counts"]}
    bullets = [
        bullet(
            f"{scale}, {count} a class: "
            + compared(
                results,
                "the probe on pixels",
                "that on DINOv2",
                {"kind": "pixels", "unit_length": unit_length, "count": count},
                {"kind": "DINOv2", "unit_length": unit_length, "count": count},
            )
        )
        for scale, unit_length in SCALES.items()
        for count in settings["counts"]
    ]
    description = paragraph(
        f"""Digits of MNIST are a stroke in the middle of a small picture, which a
        linear layer can read from pixels, and no photographs as DINOv2 has seen them.
        The same linear probe on raw pixels and on DINOv2's features
        ({settings["image_size"]} pixels), tested with {settings["test_size"]} digits; a
        seed draws the examples. How features are scaled before the probe decides part
        of it, so both ways stand here."""
    )
    return "\n\n".join(
        [description, table(results, rows, columns, ""), "\n".join(bullets)]
    )
