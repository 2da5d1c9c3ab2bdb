import dataclasses

import numpy as np
import pytest

from keras_vit.data import Resize, image_batches


def images_of(pictures, **options):
    options = {"image_size": 5, "seed": 0} | options
    return next(image_batches(pictures, **options).as_numpy_iterator())


@pytest.mark.parametrize(
    "resize, options",
    [
        (Resize(), {}),
        (Resize("squash"), {"resize": "squash"}),
        (Resize(interpolation="nearest"), {"interpolation": "nearest"}),
        (Resize("crop", crop_ratio=0.5), {"resize": "crop", "crop_ratio": 0.5}),
        (
            Resize("random_crop", "bilinear", crop_area=(0.1, 0.2)),
            {
                "resize": "random_crop",
                "interpolation": "bilinear",
                "crop_area": (0.1, 0.2),
            },
        ),
    ],
)
def test_one_value_says_what_four_arguments_do(pictures, resize, options):
    training = resize.is_random
    found = images_of(pictures, resize=resize, training=training)
    expected = images_of(pictures, training=training, **options)
    np.testing.assert_array_equal(found, expected)
    if options:
        assert np.abs(found - images_of(pictures, training=training)).max() > 0.01


def test_weights_fill_what_is_left_open(pictures):
    options = {"weights": "ms_in1k", "variant": "SwinT", "image_size": 20}
    found = images_of(pictures, resize=Resize(), **options)
    np.testing.assert_array_equal(found, images_of(pictures, **options))
    whole = images_of(pictures, resize=Resize(crop_ratio=1.0), **options)
    assert np.abs(found - whole).max() > 0.01


@pytest.mark.parametrize(
    "options",
    [
        {"interpolation": "bicubic"},
        {"crop_ratio": 0.9},
        {"crop_area": np.array((0.5, 1.0))},
    ],
)
def test_options_beside_a_resize_are_refused(pictures, options):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name} must stand in the Resize"):
        images_of(pictures, resize=Resize(), **options)


def test_unknown_options_are_refused_as_those_of_any_function(pictures):
    with pytest.raises(TypeError, match="has no argument 'crop_size'"):
        images_of(pictures, crop_size=3)


@pytest.mark.parametrize(
    "values, message",
    [
        ({"method": "stretch"}, "resize must be one of 'crop', 'squash'"),
        ({"method": None}, "Received: resize=None"),
        ({"interpolation": "cubic"}, "interpolation must be one of"),
        ({"crop_ratio": 0}, "crop_ratio must be above 0"),
        ({"crop_ratio": "most"}, "Received: crop_ratio='most'"),
        ({"crop_area": (0.5, 0.1)}, "lowest <= highest"),
        ({"crop_area": (0.0, 1.0)}, "0 < lowest"),
        ({"crop_area": None}, "crop_area must be"),
        ({"crop_area": np.ones((2, 2))}, "crop_area must be"),
    ],
)
def test_values_out_of_range(values, message):
    with pytest.raises(ValueError, match=message):
        Resize(**values)


def test_a_value_is_a_value():
    resize = Resize("random_crop", crop_area=np.array([0.25, 1.0]))
    assert resize == Resize("random_crop", crop_area=(0.25, 1.0))
    assert hash(resize) == hash(Resize("random_crop", crop_area=[0.25, 1]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        resize.method = "crop"
    assert dataclasses.replace(resize, method="crop").crop_area == (0.25, 1.0)
