"""Table 4 of the Swin paper: shifted windows or not, and which positions."""

import keras

import keras_vit
from benchmarks.reproduce.learners import accuracy, train
from benchmarks.reproduce.sets import scaled, scans
from benchmarks.reproduce.tables import against_paper, bullet, paragraph, table

SETTINGS = {"epochs": 12, "batch_size": 64, "rate": 3e-3, "seeds": [0, 1, 2]}
QUICK = {**SETTINGS, "epochs": 1, "seeds": [0], "pictures": 60}
# label: (arguments, the paper's top-1 accuracy on ImageNet)
KINDS = {
    "relative, no shift": ({"shifted_windows": False}, 0.802),
    "relative, shifted": ({}, 0.813),
    "no positions": ({"relative_position_bias": False}, 0.801),
    "absolute": (
        {"relative_position_bias": False, "absolute_position_embedding": True},
        0.805,
    ),
    "absolute and relative": ({"absolute_position_embedding": True}, 0.813),
}
SHIFTED = "relative, shifted"


def swin(**arguments) -> keras.Model:
    """Digits of 8 pixels: windows of 4 x 4 pixels, then one of all; logits."""
    return keras_vit.SwinTransformer(
        input_shape=(8, 8, 1),
        hidden_dim=24,
        depths=(2, 2),
        num_heads=(2, 4),
        window_size=4,
        patch_size=1,
        classes=10,
        classifier_activation=None,
        **arguments,
    )


def run(results, folder) -> None:
    """Measure what is not there yet."""
    settings = results.settings
    learn, test = scans(settings.get("pictures"))

    def measure(kind, seed):
        keras.utils.set_random_seed(seed)
        model = swin(**KINDS[kind][0])
        epochs, batch = settings["epochs"], settings["batch_size"]
        rate = settings["rate"]
        train(model, scaled(learn.images), learn.labels, epochs, batch, rate)
        return {"accuracy": accuracy(model, scaled(test.images), test.labels)}

    for seed in settings["seeds"]:
        for kind in KINDS:
            key = {"kind": kind, "seed": seed}
            results.measure(lambda k=key: measure(**k), **key)


def section(results) -> str:
    """What came out."""
    settings = results.settings
    rows = {
        f"{kind} (paper, ImageNet: {paper:.3f})": {"kind": kind}
        for kind, (_, paper) in KINDS.items()
    }

    def versus(one, other):
        keys = ({"kind": one}, {"kind": other})
        paper = KINDS[one][1] - KINDS[other][1]
        names = (f"“{one}”", f"“{other}”")
        return bullet(against_paper(results, names, *keys, paper=paper))

    pairs = [(SHIFTED, "relative, no shift")]
    pairs += [(k, "no positions") for k in (*list(KINDS)[3:], SHIFTED)]
    pairs += [(SHIFTED, "absolute"), ("absolute and relative", SHIFTED)]
    description = paragraph(
        f"""A Swin of 2 + 2 blocks, width 24, with windows of 4 x 4 on maps of 8 x 8 and
        4 x 4, learns scikit-learn's digits ({settings["epochs"]} epochs). Only the
        first stage has more than one window: a shift can matter there alone. All but
        the first row have shifted windows."""
    )
    bullets = "\n".join(versus(*pair) for pair in pairs)
    return "\n\n".join(
        [
            description,
            table(results, rows, {"test digits": {}}, "positions and windows"),
            bullets,
        ]
    )
