"""docs/scaling.md, of what benchmarks/scaling.py has found."""

from pathlib import Path

from benchmarks.machine import versions
from benchmarks.scaling_plans import (
    DEVICE_GB,
    FLOPS_PER_SECOND,
    LINK_BYTES_PER_SECOND,
    TRAININGS,
    UTILIZATION,
    section,
)

LAYOUTS = {"one": "one", "data": "batch among 2", "model": "model among 2"}
REASONS = """\
What explains it: for its gradient a block keeps, of each token, nine tensors as wide
as the block (its input, a norm's output, query, key, value, attention before and after
its division, the sum, the other norm's output), the hidden layer before GELU, and the
exponentials of the scores in float32. A recomputed block keeps its input, and a Swin
block without shift its bias for each window. On several devices, where the functions
for one CPU step aside, each norm keeps two tensors more and softmax three of scores
instead of one, but attention one less. FLOPs are the products alone, and XLA counts
what else there is.

Where it is more than 10 %:

- Swin's batch among several: XLA spreads the scale of norms with few channels over all
  tokens and keeps that, and GELU's slope with it. It is a choice of XLA's for CPUs,
  which no shape tells.
- Recomputed blocks among several: XLA for CPUs drops the barriers of `jax.checkpoint`
  and keeps much of what was to be computed again. On one CPU this package keeps it from
  that; on a GPU the estimate holds (below).
- Mixed precision: XLA for CPUs computes bfloat16 in float32 and keeps copies, so that
  its figures say nothing of a device that has bfloat16. The estimate counts two bytes a
  number, four for scores and in norms, and norms as on several devices, where they keep
  more than on one CPU.
"""
ON_A_GPU = """\
## Beside a GPU

One NVIDIA H100, 224 pixels, 2026-11-27; the estimate is of `plain=True`, XLA's figure
is of JAX 0.11.2's program for the GPU, PyTorch's (2.11.0) the most that its allocator
held within a step beyond what it held between steps. All without the state, in MB:

| model | images | policy | blocks | estimate | XLA | PyTorch |
|---|---|---|---|---|---|---|
| ViTS16 | 64 | float32 | kept | 6026 | 5406 | 3079 |
| ViTB16 | 64 | mixed_bfloat16 | kept | 8388 | 5446 | 3936 |
| ViTB16 | 64 | mixed_bfloat16 | recomputed | 1043 | 1022 | not measured |
| SwinT | 64 | mixed_bfloat16 | kept | 5736 | 3956 | 3988 |
| ViTB16 | 256 | mixed_bfloat16 | kept | 33468 | not measured | 15145 |

So where blocks are kept, the estimate is what suffices and not what is needed: XLA
computes again what is cheap, and PyTorch's fused attention writes no scores.
"""
BACKENDS = """\
## What there is on each backend

[Many devices](how_to/many_devices.md) has the code. Under Keras 3.15:

| backend | batch among devices | model among devices | the estimate |
|---|---|---|---|
| JAX | `DataParallel`, one process or several | `ModelParallel` with `layout_map` \
| as above |
| TensorFlow | `MirroredStrategy`; `fit` fails with several processes | none \
| the same FLOPs; keeps all gradients until the step, activations by its own rules |
| PyTorch | from Keras 3.16, a process a device | the same, with `layout_map` \
| of one device, the same FLOPs; keeps all gradients until the step, activations by \
its own rules |

XLA adds up gradients by query, by key and by value one by one, so that a block among
several devices has six sums of activations a step and not
[Megatron-LM](https://arxiv.org/abs/1909.08053)'s four; a recomputed one has seven. A
shifted Swin block's bias has a gradient for each window, and that is what is sent."""


def write(found: list[tuple[dict, dict]], page: Path) -> None:
    """Write the page anew."""
    plans = [line for training in TRAININGS for line in section(training)]
    lines = [*_head(), *plans, *_comparison(found), REASONS, ON_A_GPU, BACKENDS]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _head() -> list[str]:
    return [
        "# What a large training takes",
        "",
        "Made by `python -m benchmarks.scaling`, with `keras_vit.deployment."
        "estimate`. None of these trainings was run.",
        "",
        "## Plans",
        "",
        "Assumed, and to be replaced by your own figures as arguments:",
        "",
        f"- A device has {DEVICE_GB} GB and a peak of {FLOPS_PER_SECOND / 1e12:.0f} "
        "TFLOP/s in bfloat16, NVIDIA's figures for an H100 SXM without sparsity.",
        f"- {UTILIZATION:.0%} of the peak is done. This is an assumption, not a "
        "measurement: hours go with its inverse.",
        f"- A device sends {LINK_BYTES_PER_SECOND / 1e9:.0f} GB/s (400 Gbit/s), after "
        "it has calculated and not meanwhile.",
        "- Images come as fast as they are asked for.",
        "- Blocks keep what the definitions keep, as is seen on several CPU devices; "
        "on a GPU XLA keeps less (below).",
        "- Dropout's masks are not counted, though both recipes have dropout.",
        "",
        "Memory in all is less than the sum of its parts where gradients come as "
        "activations go. What a device sends are its shares of the sums of gradients "
        "(around a ring, 2 (n - 1) / n of them in float32) and, where a model has "
        "several devices, of activations.",
        "",
    ]


def _comparison(found) -> list[str]:
    return [
        "## Beside XLA's own analysis",
        "",
        "A step of `fit` is compiled for CPUs by JAX and not run. Memory is what XLA "
        "assigns to a step besides its arguments (`memory_analysis`), state the "
        "arguments but for images and labels, FLOPs those of `cost_analysis`, sent its "
        "all-reduces around a ring; all of one device. Each cell has the estimate, "
        f"XLA's figure and the difference. {_versions()}; AdamW, logits, 1000 classes.",
        "",
        "| model | pixels, images | policy | devices | blocks | memory, MB | state, MB "
        "| GFLOP | sent, MB |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(case, pairs) for case, pairs in found),
        "",
    ]


def _versions() -> str:
    used = versions(())
    return ", ".join(f"{name} {used[name]}" for name in ("keras", "jax", "jaxlib"))


def _row(case, pairs) -> str:
    arguments = case.get("arguments", {})
    cells = [
        case["model"],
        f"{arguments.get('input_shape', [224])[0]}, {case['batch']}",
        arguments.get("dtype", "float32"),
        LAYOUTS[case.get("layout", "one")],
        "recomputed" if case.get("recompute") else "kept",
        _pair(pairs["memory"], 1e6),
        _pair(pairs["state"], 1e6),
        _pair(pairs["flops"], 1e9),
        _pair(pairs["sent"], 1e6),
    ]
    return f"| {' | '.join(cells)} |"


def _pair(pair, unit: float) -> str:
    estimated, actual = pair
    if not actual:
        return "none"
    return f"{estimated / unit:.1f}, {actual / unit:.1f}: {estimated / actual - 1:+.1%}"
