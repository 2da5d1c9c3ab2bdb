"""Our own files: the names are the variables' paths."""

from keras_vit.weights.key_maps.key_map import KeyMap, Row

OWN = KeyMap(
    name="keras_vit",
    family="",  # either: the names tell
    detect=lambda names: "patch_embedding/projection/kernel" in names,
    rows=(Row(r"(?P<path>.+)", ("{path}",)),),
)
