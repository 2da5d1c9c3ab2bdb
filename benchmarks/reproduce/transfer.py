"""Transfer: crops of 14 photographs with few examples, on features of DINOv2.

Left halves to train and right halves to test, so that no pixel is in both.
"""

from benchmarks.reproduce.examples import Examples
from benchmarks.reproduce.sets import crops
from benchmarks.reproduce.tables import bullet, compared, listed, paragraph, table

SETTINGS = {
    "weights": "dinov2",
    "image_size": 70,
    "counts": [1, 5, 25, 60],
    "trained_counts": [5, 25],
    "test_count": 20,
    "seeds": [0, 1, 2],
    "epochs": 4,
    "batch_size": 16,
    "fine_tuning_rate": 1e-4,
    "scratch_rate": 5e-4,
    "cnn_rate": 2e-3,
}
QUICK = {
    **SETTINGS,
    "weights": "small",
    "image_size": 28,
    "counts": [1, 2],
    "trained_counts": [2],
    "test_count": 2,
    "seeds": [0],
    "epochs": 1,
}
TEST_SEED = 1000
# method: (its row in the table, its name in sentences)
METHODS = {
    "histogram": ("color histogram", "the histogram"),
    "probe": ("linear probe on DINOv2", "the probe"),
    "fine-tuned": ("DINOv2, fine-tuned from the probe", "fine-tuning"),
    "scratch": ("the same model from scratch", "the model from scratch"),
    "cnn": ("small CNN of equal cost", "the small CNN"),
}


def run(results, folder) -> None:
    """Measure what is not there yet."""
    settings = results.settings
    test = crops("test", settings["test_count"], TEST_SEED)
    for seed in settings["seeds"]:
        pool = crops("train", max(settings["counts"]), seed)
        examples = Examples(pool, test, seed, settings, folder)
        for count in settings["counts"]:
            for method in ("histogram", "probe"):
                results.measure(
                    lambda m=method, n=count, e=examples: getattr(e, m)(n),
                    method=method,
                    count=count,
                    seed=seed,
                )
        for method in ("fine-tuned", "scratch", "cnn"):
            for count in settings["trained_counts"]:
                results.measure(
                    lambda m=method, n=count, e=examples: e.trained(m, n),
                    method=method,
                    count=count,
                    seed=seed,
                )


def section(results) -> str:
    """What came out."""
    settings = results.settings
    rows = {label: {"method": method} for method, (label, _) in METHODS.items()}
    columns = {f"{n} a class": {"count": n} for n in settings["counts"]}
    bullets = [
        bullet(f"with {n} a class {_versus(results, 'probe', 'histogram', n)}")
        for n in settings["counts"]
    ]
    bullets += [
        bullet(f"with {n} a class {_versus(results, 'fine-tuned', other, n)}")
        for n in settings["trained_counts"]
        for other in ("probe", "scratch", "cnn")
    ]
    return "\n\n".join(
        [
            _description(results),
            table(results, rows, columns, "method"),
            "\n".join(bullets),
        ]
    )


def _versus(results, one, other, count):
    names = [METHODS[method][1] for method in (one, other)]
    keys = [{"method": method, "count": count} for method in (one, other)]
    return compared(results, *names, *keys)


def _description(results) -> str:
    settings = results.settings
    epochs = sorted({row["epochs"] for row in results.find(method="cnn")})
    cnn = f"{listed(epochs)} epochs, which are" if epochs else "epochs of"
    return paragraph(
        f"""Which of 14 photographs is a square of 56 pixels cut from? Squares to train
        on come from the left halves, squares to test on ({settings["test_count"]} a
        class) from the right halves, so that no pixel is in both. Features are class
        token and mean of the patches of DINOv2's ViT-S/14 at {settings["image_size"]}
        pixels, computed once. Fine-tuning starts at the linear probe and takes
        {settings["epochs"]} epochs of `keras_vit.training.finetune`, the same model
        from scratch as many; the small CNN gets {cnn} as many multiply-adds. They are
        trained with {listed(settings["trained_counts"])} squares a class only. A seed
        draws the squares. The rate of fine-tuning is the best of three on
        other squares; those of the two others are not tuned."""
    )
