"""docs/scaling.md tells what `estimate` says today."""

import pytest

import keras_vit
from benchmarks.scaling import PAGE
from benchmarks.scaling_plans import TRAININGS, section


@pytest.mark.slow
def test_the_page_is_of_today():
    page = PAGE.read_text(encoding="utf-8").splitlines()
    start = "| ViTTi16 | 224, 8 | float32 | one | kept |"
    (row,) = [line for line in page if line.startswith(start)]
    plan = keras_vit.deployment.estimate(keras_vit.ViTTi16(), batch_size=8)
    memory = plan.memory_bytes - plan.weight_bytes - plan.optimizer_bytes
    assert f" {memory / 1e6:.1f}, " in row
    assert f" {plan.flops_a_step / 1e9:.1f}, " in row


@pytest.mark.slow
def test_plans_are_of_today():
    page = PAGE.read_text(encoding="utf-8")
    assert "\n".join(section(TRAININGS[0])) in page
