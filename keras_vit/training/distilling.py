"""Distillation: a small model learns to answer as a large one does.

    w * cross-entropy(labels, student) + (1 - w) * T^2 * KL(teacher / T, student / T)

https://arxiv.org/abs/1503.02531, by Keras's own `keras.distillation`.
"""

from collections.abc import Mapping

import keras

from keras_vit.training.finetune_loss import last_layer


def distiller(
    teacher: keras.Model,
    student: keras.Model,
    *,
    temperature: float = 3.0,
    student_loss_weight: float = 0.5,
    features: Mapping[str, str] | None = None,
    feature_weight: float = 1.0,
) -> keras.Model:
    """Let a small model learn from a large one's answers beside the labels.

    [Distilling the Knowledge in a Neural Network](https://arxiv.org/abs/1503.02531): a
    `keras.distillation.Distiller`, to be compiled with the loss of the labels and
    trained by `fit`. The teacher is frozen, and stays so; `student` is the model that
    was given, trained, and is saved by itself.

    Keras's parts are set so that they compute the formula. `LogitsDistillation()`
    without a `loss` takes the divergence of the outputs themselves in Keras 3.15, not
    of their softmax, and the student learns nothing; outputs that are probabilities
    already are taken for logits, and all answers look alike. So both models have to end
    in logits, `classifier_activation=None`, which loads the weights of one that ends in
    a softmax as well.

    Keras's `Distiller` does not heed sample weights and class weights. With `features`
    it runs the student twice a step, with dropout also under `evaluate`: what this logs
    of the distillation is then that of a training step.

    Args:
        teacher: a trained model of logits (B, classes), of images of the same size and
            normalization as the student's: a ViT or Swin takes any `input_shape` with
            its weights.
        student: another one, such as a smaller ViT or a CNN.
        temperature: float above 0; above 1 it shows more of what the teacher thinks of
            the other classes.
        student_loss_weight: float from 0 to 1, w, of the labels' loss; the rest is the
            teacher's.
        features: name of a student's layer -> name of the teacher's layer whose output
            it should come near to (squared error), such as
            `{"encoder_block_2": "encoder_block_8"}`. Both outputs have one shape: as
            many tokens, as wide.
        feature_weight: float, of each of them beside the teacher's answers.

    Raises:
        ImportError: if Keras is older than 3.12, which has no distillation.
        ValueError: if a model does not end in logits, has no such layer, or two layers'
            outputs differ in shape; Keras's own for arguments out of range.

    Example:

    ```python
    import keras
    import keras_vit

    shape = {"input_shape": (16, 16, 3), "patch_size": 4, "num_heads": 2, "classes": 5}
    teacher = keras_vit.VisionTransformer(
        hidden_dim=16, num_layers=4, mlp_dim=32, classifier_activation=None, **shape
    )
    student = keras_vit.VisionTransformer(
        hidden_dim=16, num_layers=2, mlp_dim=16, classifier_activation=None, **shape
    )
    if hasattr(keras, "distillation"):  # Keras 3.12 and newer
        model = keras_vit.training.distiller(
            teacher, student, features={"encoder_block_1": "encoder_block_3"}
        )
        model.compile(
            keras_vit.training.AdamW(1e-3),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        images, labels = keras.random.normal((8, 16, 16, 3)), keras.ops.arange(8) % 5
        model.fit(images, labels, verbose=0)
    probabilities = keras.ops.softmax(student(keras.random.normal((2, 16, 16, 3))))
    ```
    """
    distillation = getattr(keras, "distillation", None)
    if distillation is None:
        raise ImportError(
            "Distillation came with Keras 3.12. Received: Keras "
            f"{keras.__version__}. Install a newer one: pip install 'keras>=3.12'"
        )
    for name, model in (("teacher", teacher), ("student", student)):
        _check_logits(name, model)
    losses = [distillation.LogitsDistillation(temperature, keras.losses.KLDivergence())]
    for student_layer, teacher_layer in (features or {}).items():
        _check_shapes(teacher, teacher_layer, student, student_layer)
        losses.append(
            distillation.FeatureDistillation(
                keras.losses.MeanSquaredError(), teacher_layer, student_layer
            )
        )
    return distillation.Distiller(
        teacher,
        student,
        losses,
        [1.0] + [feature_weight] * (len(losses) - 1),
        student_loss_weight,
    )


def _check_logits(name: str, model) -> None:
    """Keras takes any outputs for logits, and says nothing."""
    if not getattr(model, "layers", None):
        return  # a model that says nothing of its last layer
    head = last_layer(model)
    activation = getattr(head, "activation", keras.activations.linear)
    is_linear = activation in (None, keras.activations.linear)
    if not is_linear or isinstance(head, keras.layers.Softmax):
        raise ValueError(
            f"`{name}` should end in logits. Received: '{model.name}', whose last "
            f"layer '{head.name}' makes probabilities or the like of them. Build it "
            "with classifier_activation=None; a model that was trained with a softmax "
            'is loaded into it by weights="its.keras".'
        )


def _check_shapes(teacher, teacher_layer: str, student, student_layer: str) -> None:
    expected = teacher.get_layer(teacher_layer).output.shape
    received = student.get_layer(student_layer).output.shape
    if received != expected:
        raise ValueError(
            "The layers of `features` should give outputs of one shape. Received: "
            f"student's '{student_layer}' with {received}, teacher's '{teacher_layer}' "
            f"with {expected}. Choose others, or a student as wide and with patches as "
            "large."
        )
