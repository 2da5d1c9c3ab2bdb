"""Which positions: appendix D.4 of the ViT paper, on digits, where position matters."""

import keras

from benchmarks.reproduce.learners import accuracy, train
from benchmarks.reproduce.pooling import vit
from benchmarks.reproduce.sets import scaled, scans
from benchmarks.reproduce.tables import against_paper, bullet, paragraph, table

SETTINGS = {"epochs": 20, "batch_size": 84, "rate": 3e-3, "seeds": [0, 1, 2]}
QUICK = {**SETTINGS, "epochs": 1, "seeds": [0], "pictures": 60}
# label: (argument, the paper's five-shot accuracy on ImageNet)
KINDS = {
    "none": ("none", 0.614),
    "1-D": ("learned", 0.642),
    "2-D": ("learned_2d", 0.640),
    "relative": ("relative", 0.640),
}


def run(results, folder) -> None:
    """Measure what is not there yet."""
    settings = results.settings
    learn, test = scans(settings.get("pictures"))

    def measure(kind, seed):
        keras.utils.set_random_seed(seed)
        model = vit(position_embedding=kind)
        epochs, batch = settings["epochs"], settings["batch_size"]
        rate = settings["rate"]
        train(model, scaled(learn.images), learn.labels, epochs, batch, rate)
        return {"accuracy": accuracy(model, scaled(test.images), test.labels)}

    for seed in settings["seeds"]:
        for kind, _ in KINDS.values():
            key = {"kind": kind, "seed": seed}
            results.measure(lambda k=key: measure(**k), **key)


def section(results) -> str:
    """What came out."""
    settings = results.settings
    rows = {
        f"{label} (paper, ImageNet: {paper:.3f})": {"kind": kind}
        for label, (kind, paper) in KINDS.items()
    }

    def versus(one, other):
        (first, paper), (second, others) = KINDS[one], KINDS[other]
        names = (f"positions: {one}", other)
        keys = ({"kind": first}, {"kind": second})
        return bullet(against_paper(results, names, *keys, paper=paper - others))

    pairs = [(name, "none") for name in KINDS if name != "none"]
    pairs += [("2-D", "1-D"), ("relative", "1-D")]
    description = paragraph(
        f"""In the paper it matters that there are positions, and hardly which. Here the
        small ViT of appendix D.3, above, learns the same digits ({settings["epochs"]}
        epochs): each patch is a bit of a stroke, and says little without its place."""
    )
    bullets = "\n".join(versus(*pair) for pair in pairs)
    return "\n\n".join(
        [description, table(results, rows, {"test digits": {}}, "positions"), bullets]
    )
