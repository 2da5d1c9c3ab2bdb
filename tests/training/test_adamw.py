"""AdamW steps as Keras's own does, and leaves alone what is not a kernel."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.training import AdamW
from tests.helpers import array, relative_difference, to_numpy
from tests.models.small import SHAPES as IMAGES
from tests.models.small import small_swin, small_vit

SHAPES = {"kernel": (5, 7), "bias": (7,), "embedding": (3, 7)}
KEPT = {
    "learned": {"bias", "gamma", "beta", "tokens", "embedding"},
    "learned_2d": {"bias", "gamma", "beta", "tokens"}
    | {f"{part}_embedding" for part in ("prefix", "row", "column")},
    "relative": {"bias", "gamma", "beta", "tokens", "relative_position_table"},
    "Swin": {"bias", "gamma", "beta", "embedding", "relative_position_bias_table"},
}


def _model(kind, **arguments):
    if kind == "Swin":
        return small_swin(absolute_position_embedding=True, **arguments)
    return small_vit(
        num_register_tokens=2,
        layer_scale_init=0.1,
        position_embedding=kind,
        **arguments,
    )


def _steps(optimizer, kwargs, count=3):
    """The variables after some steps, each with gradients of its own."""
    variables = [keras.Variable(array(*s), name=n) for n, s in SHAPES.items()]
    optimizer = optimizer(learning_rate=0.01, weight_decay=0.3, **kwargs)
    if not isinstance(optimizer, AdamW):
        optimizer.exclude_from_weight_decay(var_names=["bias", "embedding"])
    for step in range(count):
        gradients = [
            ops.convert_to_tensor((10.0**-step) * array(*s, seed=step + 1))
            for s in SHAPES.values()
        ]
        optimizer.apply(gradients, variables)
    return [to_numpy(v) for v in variables]


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"epsilon": 0.1, "beta_1": 0.5, "beta_2": 0.7},
        {"amsgrad": True, "beta_2": 0.5},
        {"global_clipnorm": 0.3},
        {"gradient_accumulation_steps": 2},
    ],
    ids=str,
)
def test_steps_of_keras(kwargs):
    ours, expected = (_steps(o, kwargs) for o in (AdamW, keras.optimizers.AdamW))
    for got, wanted in zip(ours, expected, strict=True):
        assert relative_difference(got, wanted) < 1e-6


@pytest.mark.parametrize("kind", KEPT)
def test_kernels_alone_are_decayed(kind):
    model = _model(kind)
    before = [to_numpy(v) + 1 for v in model.trainable_variables]
    for variable, value in zip(model.trainable_variables, before, strict=True):
        variable.assign(value)
    zeros = [ops.zeros(v.shape) for v in model.trainable_variables]
    AdamW(learning_rate=0.1, weight_decay=0.5).apply(zeros, model.trainable_variables)
    names = {True: set(), False: set()}
    for variable, value in zip(model.trainable_variables, before, strict=True):
        is_kept = np.array_equal(to_numpy(variable), value)
        names[is_kept].add(variable.name)
        if not is_kept:
            assert relative_difference(to_numpy(variable), 0.95 * value) < 1e-6
    assert names == {True: KEPT[kind], False: {"kernel"}}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "mixed_float16"])
def test_fit(dtype):
    model = _model("Swin", dtype=dtype)
    model.compile(AdamW(0.03), "sparse_categorical_crossentropy")
    labels = np.arange(12) % 3
    images = array(12, *IMAGES["swin"]) + labels[:, None, None, None]
    before = [to_numpy(weight) for weight in model.trainable_weights]
    history = model.fit(images, labels, batch_size=6, epochs=12, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.9 * losses[0]
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert not np.array_equal(to_numpy(weight), old), weight.path


def test_saved_and_loaded_with_its_model(tmp_path):
    model = _model("learned")
    schedule = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=7)
    optimizer = AdamW(schedule, weight_decay=0.3, global_clipnorm=1.0)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    data = array(4, *IMAGES["vit"]), np.arange(4) % 3
    model.fit(*data, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is AdamW
    assert loaded.optimizer.get_config() == optimizer.get_config()
    for one in (model, loaded):
        one.fit(*data, verbose=0)
    for one, other in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), atol=1e-6)


def test_no_decay_is_refused():
    with pytest.raises(ValueError, match="weight_decay"):
        AdamW(weight_decay=None)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow's own kernel"
)
def test_one_kernel_on_tensorflow():
    import tensorflow as tf

    variables = [keras.Variable(array(5, 7), name="kernel")]
    for optimizer, kernels in (AdamW(), 1), (AdamW(amsgrad=True), 0):
        optimizer.build(variables)
        step = tf.function(lambda x, o=optimizer: o.apply([x], variables))
        graph = step.get_concrete_function(tf.TensorSpec((5, 7))).graph
        types = [operation.type for operation in graph.get_operations()]
        assert types.count("ResourceApplyAdam") == kernels


def test_embeddings_with_gradients_of_some_rows():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(7, 5)])
    model.compile(AdamW(0.1, weight_decay=1e-9), "mse")
    before = to_numpy(model.weights[0])
    model.train_on_batch(np.array([[1, 1, 4]]), np.ones((1, 3, 5)))
    moved = np.abs(to_numpy(model.weights[0]) - before)
    assert np.allclose(moved[[1, 4]], 0.1, rtol=1e-3)
    assert np.allclose(moved[[0, 2, 3, 5, 6]], 0, atol=1e-6)


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="PyTorch's own kernel, on PyTorch"
)
class TestFused:
    """What is special where one kernel does the step."""

    def test_it_is_what_runs(self):
        import torch

        with torch.profiler.profile() as profile:
            _steps(AdamW, {})
        names = {event.name for event in profile.events()}
        assert names & {"aten::_fused_adamw_", "aten::_fused_adam_"}

    def test_variables_let_go_of_their_own_gradients(self):
        import torch

        optimizer = AdamW(global_clipnorm=1.0)
        variables = [keras.Variable(array(5, 7)) for _ in range(2)]
        gradients = [torch.ones(5, 7) for _ in range(2)]
        variables[0].value.grad = gradients[0]
        variables[1].value.grad = kept = torch.ones(5, 7)
        optimizer.apply(gradients, iter(variables))
        assert variables[0].value.grad is None
        assert variables[1].value.grad is kept
        optimizer.apply(gradients)  # of the variables that it was built with
        optimizer.apply([])  # as with Keras's own, nothing happens

    def test_gradients_in_another_order_in_memory(self):
        import torch

        from keras_vit.training.adam_on_pytorch import fused_adam

        gradient = torch.tensor(array(7, 5)).t()

        def stepped(gradient):
            value, mean, square = (torch.zeros(5, 7) for _ in range(3))
            lists = ([x] for x in (value, gradient, mean, square))
            rate = torch.tensor(0.1)
            fused_adam(*lists, [], rate, 1, (0.9, 0.999), 1e-7)
            return value

        assert not gradient.is_contiguous()
        torch.testing.assert_close(stepped(gradient), stepped(gradient.contiguous()))
