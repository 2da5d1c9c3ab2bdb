"""A small model learns from a large one by Keras's distillation."""

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW, distiller
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SHAPES, small_vit

needs_distillation = pytest.mark.skipif(
    not hasattr(keras, "distillation"), reason="Keras 3.12 brought distillation"
)
IMAGES, LABELS = array(14, *SHAPES["vit"]), np.arange(14) % 7


def vit(**arguments):
    return small_vit(**{"classifier_activation": None, **arguments})


def a_teacher(**arguments):
    teacher = vit(**arguments)
    randomize(teacher)
    return teacher


def compiled(model, rate=1e-2, **arguments):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(AdamW(rate), loss, metrics=["accuracy"], **arguments)
    return model


def divergence(teacher, student, temperature):
    """T^2 KL(teacher / T, student / T), its mean over the images, by NumPy."""

    def log_softmax(logits):
        logits = np.asarray(logits, "float64") / temperature
        logits = logits - logits.max(axis=-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))

    p, q = log_softmax(teacher), log_softmax(student)
    return temperature**2 * (np.exp(p) * (p - q)).sum(axis=-1).mean()


@needs_distillation
@pytest.mark.filterwarnings("ignore:The structure of `inputs`")  # of Keras's extractor
def test_losses_are_the_formula():
    teacher, student = a_teacher(), a_teacher(num_layers=1)
    for weight in student.weights:
        weight.assign(weight * 0.5)
    model = distiller(
        teacher,
        student,
        temperature=2.0,
        student_loss_weight=0.3,
        features={"encoder_block_0": "encoder_block_1"},
        feature_weight=0.7,
    )
    model = compiled(model, run_eagerly=True)
    log = model.evaluate(IMAGES, LABELS, batch_size=14, verbose=0, return_dict=True)
    answers = divergence(to_numpy(teacher(IMAGES)), to_numpy(student(IMAGES)), 2.0)
    blocks = ((teacher, "encoder_block_1"), (student, "encoder_block_0"))
    tokens = [
        to_numpy(keras.Model(one.input, one.get_layer(name).output)(IMAGES))
        for one, name in blocks
    ]
    features = np.square(tokens[0] - tokens[1]).mean()
    assert answers > 0.01 and features > 0.01
    expected = answers + 0.7 * features
    np.testing.assert_allclose(log["distillation_loss"], expected, rtol=1e-3)
    total = 0.3 * log["student_loss"] + 0.7 * expected
    np.testing.assert_allclose(log["loss"], total, rtol=1e-3)


@needs_distillation
def test_a_student_comes_near_a_teacher_that_stays_as_it_is(tmp_path):
    teacher = a_teacher()
    student = vit(num_layers=1, dropout_rate=0.1, drop_path_rate=0.1)
    kept = [to_numpy(weight) for weight in teacher.weights]
    model = compiled(distiller(teacher, student, student_loss_weight=0.1))
    before = divergence(to_numpy(teacher(IMAGES)), to_numpy(student(IMAGES)), 3.0)
    model.fit(IMAGES, LABELS, batch_size=14, epochs=25, verbose=0)
    after = divergence(to_numpy(teacher(IMAGES)), to_numpy(student(IMAGES)), 3.0)
    assert after < before / 2
    for weight, was in zip(teacher.weights, kept, strict=True):
        np.testing.assert_array_equal(to_numpy(weight), was)
    assert not teacher.trainable_variables
    # The student is an ordinary model that is saved without its teacher.
    student.save(tmp_path / "student.keras")
    loaded = keras.saving.load_model(tmp_path / "student.keras")
    assert loaded.count_params() == student.count_params() < teacher.count_params()
    got, expected = to_numpy(loaded(IMAGES)), to_numpy(student(IMAGES))
    np.testing.assert_allclose(got, expected, atol=1e-6)


@needs_distillation
@pytest.mark.slow  # the same on every backend
def test_a_student_gets_better_than_by_few_labels_alone():
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    images = (digits.images / 8 - 1)[..., None].astype("float32")
    labels = digits.target

    def model(hidden_dim, num_layers):
        keras.utils.set_random_seed(1)
        sizes = {"input_shape": (8, 8, 1), "patch_size": 2, "num_heads": 2}
        return vit(
            hidden_dim=hidden_dim,
            num_layers=num_layers,
            mlp_dim=32,
            classes=10,
            **sizes,
        )

    def right(one):
        return float(np.mean(one.predict(images[1200:]).argmax(-1) == labels[1200:]))

    teacher = compiled(model(32, 2), 3e-3)
    teacher.fit(images[:1200], labels[:1200], batch_size=100, epochs=12, verbose=0)
    alone, taught = model(16, 1), model(16, 1)
    few = slice(100)  # labels; the teacher needs none to answer for all images
    steps = {"batch_size": 100, "verbose": 0}
    compiled(alone, 5e-3).fit(images[few], labels[few], epochs=144, **steps)
    together = compiled(distiller(teacher, taught, student_loss_weight=0.0), 5e-3)
    together.fit(images[:1200], np.zeros(1200), epochs=12, **steps)
    assert right(taught) > right(alone) + 0.05


@needs_distillation
@pytest.mark.parametrize("name", ["teacher", "student"])
def test_probabilities_are_not_taken_for_logits(name):
    models = {
        one: vit(classifier_activation="softmax" if one == name else None)
        for one in ("teacher", "student")
    }
    with pytest.raises(ValueError, match=f"`{name}` should end in logits"):
        distiller(**models)


@needs_distillation
def test_a_softmax_of_its_own_is_found():
    body = vit()
    outputs = keras.layers.Softmax()(body.output)
    with pytest.raises(ValueError, match="`teacher` should end in logits"):
        distiller(keras.Model(body.input, outputs), vit())


@needs_distillation
@pytest.mark.parametrize("other", [{"hidden_dim": 9}, {"patch_size": (3, 5)}])
def test_tokens_of_another_shape_are_refused(other):
    with pytest.raises(ValueError, match="outputs of one shape"):
        distiller(vit(), vit(**other), features={"encoder_block_0": "encoder_block_1"})


def test_a_keras_without_distillation_is_named(monkeypatch):
    monkeypatch.delattr(keras, "distillation", raising=False)
    with pytest.raises(ImportError, match="3.12"):
        distiller(vit(), vit(num_layers=1))
