"""docs/deployment.md, of what benchmarks/deployment.py has found."""

import json
import statistics
from collections import defaultdict
from pathlib import Path

from benchmarks.machine import describe_machine, versions

NAMES = {
    "tf_saved_model": "SavedModel",
    "onnx": "ONNX",
    "litert": "LiteRT",
    "openvino": "OpenVINO",
    "torch": "torch.export",
}
RUNTIME_NAMES = {
    "tf_saved_model": "TensorFlow, SavedModel",
    "onnx": "ONNX Runtime",
    "litert": "LiteRT",
    "openvino": "OpenVINO",
}


def write(results: Path, page: Path) -> None:
    """Write the page anew."""
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    page.write_text(
        "\n".join([*_head(), *_files(lines), *_speed(lines), *_limits()]) + "\n",
        encoding="utf-8",
    )


def _head() -> list[str]:
    return [
        "# Exported files",
        "",
        "Made by `make deployment`; how to export is told in "
        "[Export to another runtime](how_to/export.md).",
        "",
        f"{_processor()}; {_versions()}.",
        "",
    ]


def _processor() -> str:
    machine = describe_machine()
    return f"{machine['processor']}, {machine['cores']} cores"


def _versions() -> str:
    found = versions(("onnxruntime", "openvino", "ai-edge-litert", "tf2onnx"))
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _files(lines) -> list[str]:
    found = {}
    for line in lines:
        job = line["job"]
        if job["do"] == "file" and "precision" not in job:
            found[job["format"], job["backend"], job["model"]] = line["found"]
    models = sorted({model for _, _, model in found}, reverse=True)
    backends = sorted({backend for _, backend, _ in found})
    head = [f"{model} from {backend}" for model in models for backend in backends]
    table = [
        "## Differences",
        "",
        "Largest difference of an output from the model's, as a fraction of the "
        "largest output, over six parts of photographs in batches of one and five; "
        "in brackets the size by that of the weights. Random weights everywhere, "
        "224 pixels, float32.",
        "",
        f"| Format | {' | '.join(head)} |",
        f"|---|{'---|' * len(head)}",
    ]
    for format, name in NAMES.items():
        cells = []
        for model in models:
            for backend in backends:
                cells.append(_cell(found.get((format, backend, model))))
        table.append(f"| {name} | {' | '.join(cells)} |")
    return [*table, ""]


def _cell(found) -> str:
    if found is None:
        return "not run"
    if "failed" in found:
        return f"fails: {found['failed'][:60]}"
    return f"{found['difference']:.0e} ({found['size_ratio']:.2f})"


def _speed(lines) -> list[str]:
    rates = defaultdict(list)
    agreement = {}
    for line in lines:
        job, found = line["job"], line["found"]
        if job["do"] == "runtime" and "failed" not in found:
            key = f"{RUNTIME_NAMES[job['format']]}, {job['precision']}"
            rates[job["model"], key].append(found["images_a_second"])
        elif job["do"] == "backend" and "failed" not in found:
            key = f"`predict_on_batch`, {job['backend']}"
            rates[job["model"], key].append(found["images_a_second"])
        elif job["do"] == "file" and "precision" in job and "failed" not in found:
            key = f"{RUNTIME_NAMES[job['format']]}, {job['precision']}"
            agreement[job["model"], key] = found
    models = sorted({model for model, _ in rates}, reverse=True)
    keys = list(dict.fromkeys(key for _, key in rates))
    rows = [
        "## Speed",
        "",
        "Images a second on all cores, batches of 8, the median of turns in which each "
        "was run in a process of its own. In brackets for how many of the six "
        "photographs the likeliest class is the float32 model's.",
        "",
        f"| Runtime | {' | '.join(models)} |",
        f"|---|{'---|' * len(models)}",
    ]
    for key in keys:
        cells = []
        for model in models:
            values = rates.get((model, key))
            cell = f"{statistics.median(values):.1f}" if values else "not run"
            if (model, key) in agreement and "int8" in key:
                cell += f" ({agreement[model, key]['agreement']:.0%})"
            cells.append(cell)
        rows.append(f"| {key} | {' | '.join(cells)} |")
    return [*rows, ""] if keys else []


def _limits() -> list[str]:
    return [
        "## What cannot be made",
        "",
        "- Height and width stay free (`any_size=True`) for a ViT with learned "
        "positions alone: a Swin's windows and masks belong to one size.",
        "- int8 is there for ONNX and LiteRT, float16 for these and OpenVINO, each by "
        "its own quantizer; a SavedModel and a torch.export program stay in float32.",
        "- Models that Keras has quantized, or with LoRA, are refused, with a message "
        "that says what to export instead.",
        "- LiteRT files hold built-in operations alone and are checked on a processor; "
        "LiteRT's GPU delegate refuses GELU and free batches.",
    ]
