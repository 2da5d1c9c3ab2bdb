"""Learning without labels: what a probe and a fine-tuning get out of it."""

import numpy as np

from benchmarks.reproduce.digit_encoders import SCRATCH, WAYS, Probe, pretrained, tuned
from benchmarks.reproduce.sets import mnist, scaled
from benchmarks.reproduce.tables import bullet, compared, paragraph, table

SETTINGS = {
    "pictures": 2500,
    "test_size": 1000,
    "epochs": 16,
    "batch_size": 50,
    "rate": 2e-3,
    "probe_counts": [1, 5, 25],
    "tuned_counts": [5],
    "tuned_steps": 300,
    "tuned_rate": 3e-3,
    "seeds": [0, 1, 2],
    "num_layers": 2,
}
QUICK = {
    **SETTINGS,
    "pictures": 60,
    "test_size": 20,
    "epochs": 1,
    "probe_counts": [1],
    "tuned_counts": [1],
    "tuned_steps": 1,
    "seeds": [0],
    "num_layers": 1,
}


def run(results, folder) -> None:
    """Measure what is not there yet."""
    settings = results.settings
    digits = mnist()
    images, test_size = scaled(digits.images), settings["test_size"]
    last = test_size + settings["pictures"]
    data = {
        "train": (images[test_size:last], digits.labels[test_size:last]),
        "test": (images[:test_size], digits.labels[:test_size]),
    }
    for seed in settings["seeds"]:
        for way in (SCRATCH, *WAYS):
            key = {"way": way, "seed": seed}
            encoder = pretrained(results, key, folder, data["train"][0])
            probe = Probe(encoder, data)
            for count in settings["probe_counts"]:
                results.measure(
                    lambda p=probe, n=count, s=seed: p.score(n, s),
                    **key,
                    learner="probe",
                    count=count,
                )
            for count in settings["tuned_counts"]:
                results.measure(
                    lambda e=encoder, n=count, s=seed: tuned(e, data, n, s, settings),
                    **key,
                    learner="fine-tuned",
                    count=count,
                )


def section(results) -> str:
    """What came out."""
    settings = results.settings
    learners = {
        "probe": ("probe", "untrained"),
        "fine-tuned": ("fine-tuned", "from scratch"),
    }
    rows = {
        f"{label}, {way if way != SCRATCH else nothing}": {"learner": key, "way": way}
        for key, (label, nothing) in learners.items()
        for way in (SCRATCH, *WAYS)
    }
    counts = sorted({*settings["probe_counts"], *settings["tuned_counts"]})
    columns = {f"{n} a class": {"count": n} for n in counts}
    bullets = [
        bullet(f"probe, {n} a class: {_versus(results, way, n, 'probe', 'probe')}")
        for n in settings["probe_counts"]
        for way in WAYS
    ]
    bullets += [
        bullet(
            f"{learner}, {n} a class: {_versus(results, way, n, learner, 'scratch')}"
        )
        for learner in learners
        for n in settings["tuned_counts"]
        for way in WAYS
    ]
    return "\n\n".join(
        [
            _description(results),
            table(results, rows, columns, "method"),
            "\n".join(bullets),
        ]
    )


def _versus(results, way, count, learner, beside):
    """A way beside the untrained encoder's probe, or beside training from scratch."""
    other = "probe" if beside == "probe" else "fine-tuned"
    return compared(
        results,
        way,
        "the untrained" if beside == "probe" else "training from scratch",
        {"learner": learner, "way": way, "count": count},
        {"learner": other, "way": SCRATCH, "count": count},
    )


def _description(results) -> str:
    settings = results.settings
    losses = [
        f"{way} {np.mean([row['loss'] for row in found]):.3f}"
        for way in WAYS
        if (found := results.find(way=way, learner="pretraining"))
    ]
    return paragraph(
        f"""A ViT of {settings["num_layers"]} blocks and width 64 learns from
        {settings["pictures"]} digits of MNIST without labels for {settings["epochs"]}
        epochs, then from few labels: a linear probe on the mean of its patches, or all
        of it, fine-tuned for {settings["tuned_steps"]} steps at a rate of
        {settings["tuned_rate"]:g}, which suits training from scratch and is high for
        what has been pretrained. Beside it the same model
        that has learned nothing before; tested with {settings["test_size"]} digits. A
        seed draws weights, masks and labels. The last losses, of different kinds and
        not to be compared: {", ".join(losses) or "none yet"}."""
    )
