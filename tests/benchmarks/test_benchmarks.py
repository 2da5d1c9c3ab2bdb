"""The parts of the benchmark's harness, on made-up numbers: nothing is timed here."""

import importlib
import json
import sys

import numpy as np
import pytest

from benchmarks import machine, picture
from benchmarks.cells import BATCHES, TARGETS, Cell, matrix
from benchmarks.contenders import CONTENDERS, OURS, contenders_of
from benchmarks.memory import held_mib, peak_mib
from benchmarks.picture import draw
from benchmarks.report import markdown
from benchmarks.run import main
from benchmarks.steps import random_batch
from benchmarks.summary import summarize
from benchmarks.worker import steps_for

CELL = Cell("ViTB16", "inference", 8, "jax")


def measurements(turns, peak_mib):
    """What a worker tells of turns of so many milliseconds."""
    return {
        "turns": turns,
        "cpu_turns": [2 * turn[0] for turn in turns],
        "peak_mib": peak_mib,
        "built_mib": 50,
        "build_s": 0.5,
        "first_step_s": 1.5,
    }


MEASURED = {
    "contenders": {
        OURS: measurements([[9, 8, 90], [12, 12, 12], [7, 10, 13]], 300),
        "KerasHub": measurements([[10, 10], [20, 20], [30, 30]], 200),
        "ZeroModels": measurements([[40, 40], [40, 40], [1, 1]], 100),
    },
    "failed": {"vit-keras": "vit-keras ended with exit code 1: no"},
}


def a_run():
    return {
        "cells": [summarize(CELL, MEASURED)],
        "machine": machine.describe_machine(),
        "versions": {"keras": "3"},
        "turns": 3,
        "seconds": 1.0,
        "dtype": "float32",
        "date": "2000-01-01",
        "not_installed": ["tfswin"],
        "not_measured": ["SwinT train, batch 8, jax"],
    }


def test_matrix_keeps_what_is_named():
    assert len(matrix()) == 12
    cells = matrix(models=["SwinT"], backends=["jax"], modes=["train"], batch=3)
    assert cells == [Cell("SwinT", "train", 3, "jax")]
    rows = [("SwinT", "inference"), ("SwinT", "train")]
    assert matrix(models=["SwinT"], backends=["torch", "jax"]) == [
        Cell(*rows[0], 8, "jax"),
        Cell(*rows[1], 8, "torch"),
        Cell(*rows[0], 8, "torch"),
        Cell(*rows[1], 8, "jax"),
    ]
    with pytest.raises(ValueError, match="No cell is left"):
        matrix(models=["ViTS16"], modes=["inference"])


@pytest.mark.parametrize("quick", [False, True])
def test_the_first_cells_are_of_every_row_and_backend(quick):
    first = matrix(quick=quick)[:4]
    assert {(cell.model, cell.mode) for cell in first} == {
        (cell.model, cell.mode) for cell in matrix(quick=quick)
    }
    assert {cell.backend for cell in first} == {"tensorflow", "jax", "torch"}
    assert len(set(matrix(quick=quick))) == 12


def test_every_cell_has_a_target_and_a_peer():
    assert set(TARGETS) == set(BATCHES)
    for cell in matrix() + matrix(quick=True):
        names = contenders_of(cell.model, cell.backend)
        assert names[0] == OURS
        assert len(names) >= 2


def test_contenders_do_not_load_their_libraries():
    before = set(sys.modules)
    for module in CONTENDERS.values():
        importlib.reload(module)
    loaded = set(sys.modules) - before
    assert not loaded & {"keras_hub", "timm", "zeromodels", "transformers"}


def test_summary_is_a_ratio_of_medians_of_medians():
    summary = summarize(CELL, MEASURED)
    # Medians within the turns: 9, 12, 10; then 10, 20, 30; then 40, 40, 1.
    assert summary["contenders"][OURS]["median_ms"] == 10
    assert summary["best_peer"] == "KerasHub"
    assert summary["ratio"] == 0.5
    assert summary["ratio_range"] == [10 / 30, 9 / 10]
    assert summary["cpu_ratio"] == 18 / 40
    assert summary["leanest_peer"] == "ZeroModels"
    assert summary["memory_ratio"] == 3
    assert summary["steps_memory_ratio"] == (300 - 50) / (100 - 50)
    assert summary["target"] == 0.95
    assert summary["met"] is True
    assert summarize(CELL, MEASURED, targets=False)["met"] is None


def test_summary_without_peers_has_no_ratio():
    alone = {"contenders": {OURS: MEASURED["contenders"][OURS]}, "failed": {}}
    assert "ratio" not in summarize(CELL, alone)


def test_report_shows_speed_cost_and_what_was_left_out():
    text = markdown(a_run())
    assert "**keras_vit 10**, KerasHub 20, ZeroModels 40 (0.50; 0.33 to 0.90)" in text
    assert (
        "| ViTB16 inference, batch 8, JAX | ZeroModels | 100 | 50 | 0.5 | 1.5 |" in text
    )
    assert "did not install or run: vit-keras, tfswin." in text
    assert "No time was left for: SwinT train, batch 8, jax." in text


def test_picture_is_a_png(tmp_path):
    pytest.importorskip("matplotlib")
    draw(a_run(), tmp_path / "run.png")
    assert (tmp_path / "run.png").read_bytes()[:4] == b"\x89PNG"


def test_picture_has_the_backends_in_the_tables_order(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    run = a_run()
    (cell,) = [cell for cell in run["cells"] if "ratio" in cell]
    run["cells"] = [{**cell, "backend": name} for name in ("torch", "tensorflow")]
    drawn = []
    monkeypatch.setattr(
        picture, "_panel", lambda axis, title, cells: drawn.extend(cells.values())
    )
    draw(run, tmp_path / "run.png")
    assert [cell["backend"] for cell in drawn] == ["tensorflow", "torch"]


def test_steps_for_takes_at_least_two():
    steps = []
    assert len(steps_for(lambda: steps.append(1), seconds=0.0)) == len(steps) == 2


def test_memory_is_that_of_this_process():
    before = held_mib()
    held = np.ones(2**26, "uint8")  # 64 MiB
    assert before > 10
    assert before + 60 < held_mib() <= peak_mib()
    assert held.sum() == 2**26


def test_batch_is_the_same_for_everybody():
    images, labels = random_batch(2)
    assert images.shape == (2, 224, 224, 3)
    assert images.dtype == "float32"
    assert labels.shape == (2,)
    assert np.array_equal(images, random_batch(2)[0])


def test_run_without_time_writes_nothing_but_says_so(tmp_path, capsys):
    run = main(["--limit", "1e-9", "--models", "SwinT", "--output", str(tmp_path)])
    assert run["cells"] == []
    assert len(run["not_measured"]) == 6
    assert json.loads((tmp_path / "results.json").read_text()) == run
    assert "No time was left for" in capsys.readouterr().out
