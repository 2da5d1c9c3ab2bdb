"""Every variant has exactly the published number of parameters.

ViT: github.com/google-research/vision_transformer; Swin:
github.com/microsoft/Swin-Transformer; both checked against their checkpoints.
"""

import pytest

import keras_vit
from keras_vit.models.variants import SWIN_VARIANTS, VIT_VARIANTS
from tests.helpers import without_values

pytestmark = pytest.mark.slow

# size: {image size: (without classifier, with 1000 classes)}
VIT = {
    "ViTTi16": {224: (5524416, 5717416), 384: (5597376, 5790376)},
    "ViTS32": {224: (22493952, 22878952), 384: (22530432, 22915432)},
    "ViTS16": {224: (21665664, 22050664), 384: (21811584, 22196584)},
    "ViTS14": {224: (21619584, 22004584)},
    "ViTB32": {224: (87455232, 88224232), 384: (87528192, 88297192)},
    "ViTB16": {224: (85798656, 86567656), 384: (86090496, 86859496)},
    "ViTB14": {224: (85706496, 86475496)},
    "ViTB8": {224: (85807872, 86576872), 384: (86975232, 87744232)},
    "ViTL32": {224: (305510400, 306535400), 384: (305607680, 306632680)},
    "ViTL16": {224: (303301632, 304326632), 384: (303690752, 304715752)},
    "ViTL14": {224: (303178752, 304203752)},
    "ViTH14": {224: (630764800, 632045800)},
}
# Published sizes that are no variants here, made with VisionTransformer:
# (patch_size, hidden_dim, num_layers, num_heads, mlp_dim)
OTHER_VIT = {
    "S/8": ((8, 384, 12, 6, 1536), 224, (21670272, 22055272)),
    "S/8 at 384": ((8, 384, 12, 6, 1536), 384, (22253952, 22638952)),
    "g/14": ((14, 1408, 40, 16, 6144), 224, (1011202432, 1012611432)),
    "G/14": ((14, 1664, 48, 16, 8192), 224, (1842775680, 1844440680)),
}
# variant: {(image size, window size): (without classifier, with 1000 classes)}
SWIN = {
    "SwinT": {(224, 7): (27519354, 28288354), (384, 12): (27569034, 28338034)},
    "SwinS": {(224, 7): (48837258, 49606258), (384, 12): (48938778, 49707778)},
    "SwinB": {(224, 7): (86743224, 87768224), (384, 12): (86878584, 87903584)},
    "SwinL": {(224, 7): (194995476, 196532476), (384, 12): (195198516, 196735516)},
}


def counts(make, **arguments):
    """Both counts, without memory for a single weight."""
    models = []
    for include_top in (False, True):
        with without_values():
            models.append(make(include_top=include_top, **arguments))
    return tuple(model.count_params() for model in models)


def test_every_variant_has_a_row():
    assert set(VIT) == set(VIT_VARIANTS)
    assert set(SWIN) == set(SWIN_VARIANTS)


@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for name, row in VIT.items() for size in row]
)
def test_vit(name, size):
    make = getattr(keras_vit, name)
    got = counts(make, input_shape=(size, size, 3), layer_scale_init=None)
    assert got == VIT[name][size]


@pytest.mark.parametrize("name", ["ViTS14", "ViTB14", "ViTL14"])
def test_dinov2_variants_add_two_scales_a_block(name):
    row = VIT_VARIANTS[name]
    scales = 2 * row.num_layers * row.hidden_dim
    got = counts(getattr(keras_vit, name), input_shape=(224, 224, 3))
    assert got == tuple(count + scales for count in VIT[name][224])


@pytest.mark.parametrize("name", OTHER_VIT)
def test_other_published_sizes(name):
    sizes, side, expected = OTHER_VIT[name]
    names = ("patch_size", "hidden_dim", "num_layers", "num_heads", "mlp_dim")
    arguments = dict(zip(names, sizes, strict=True), input_shape=(side, side, 3))
    assert counts(keras_vit.VisionTransformer, **arguments) == expected


@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for name, row in SWIN.items() for size in row]
)
def test_swin(name, size):
    side, window = size
    make = getattr(keras_vit, name)
    got = counts(make, input_shape=(side, side, 3), window_size=window)
    assert got == SWIN[name][size]
