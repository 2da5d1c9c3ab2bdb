"""Solutions of notebook 11, learning without labels."""

import keras
import numpy as np
from keras import ops

import keras_vit
from keras_vit.training import MaskedAutoencoder, MaskedPatchPrediction, reconstruct


def encoder():
    """A ViT on 16x16 images: 16 patches."""
    return keras_vit.VisionTransformer(
        input_shape=(16, 16, 1),
        patch_size=4,
        hidden_dim=16,
        num_layers=1,
        num_heads=2,
        mlp_dim=16,
        position_embedding="sincos_2d",
        include_top=False,
    )


def predict():
    """Eight equal shares cost log 8 = 2.08; the shares of the classes, their entropy."""
    keras.utils.set_random_seed(0)
    model = MaskedPatchPrediction(encoder(), seed=0)
    model.head.set_weights([np.zeros_like(w) for w in model.head.get_weights()])
    images = -np.ones((8, 16, 16, 1), "float32")  # black, but for two patches
    images[:, :4, :8] = 1

    def loss():
        return ops.convert_to_numpy(model.compute_loss(images, None, model(images)))

    assert abs(loss() - np.log(8)) < 1e-5
    shares = np.array([14 / 16, 2 / 16])  # of black patches and of white ones
    entropy = -(shares * np.log(shares)).sum()
    bias = np.full(8, -100.0)
    bias[[0, 7]] = np.log(shares)
    model.head.bias.assign(bias)
    assert (
        abs(np.mean([loss() for _ in range(50)]) - entropy) < 0.05
    )  # 0.377, without looking at a picture


def change():
    """Twelve patches and the class token in the encoder; four are to be guessed."""
    model = MaskedAutoencoder(
        encoder(),
        mask_ratio=0.25,
        decoder_hidden_dim=8,
        decoder_num_layers=1,
        decoder_num_heads=2,
    )
    assert model.num_visible == 12
    mask = ops.convert_to_numpy(model(np.zeros((2, 16, 16, 1), "float32"))["mask"])
    assert (mask.reshape(2, 16).sum(axis=1) == 4).all()


def explore():
    """What is left is the deviation within patches: the mean of them is all it shows."""
    model = MaskedAutoencoder(
        encoder(), decoder_hidden_dim=8, decoder_num_layers=1, decoder_num_heads=2
    )
    pixels = model.decoder.get_layer("pixels")
    pixels.set_weights([np.zeros_like(w) for w in pixels.get_weights()])
    images = np.random.default_rng(0).normal(size=(4, 16, 16, 1)).astype("float32")
    pictures = reconstruct(model, images)
    where = np.kron(pictures.mask, np.ones((1, 4, 4))) > 0
    error = ((pictures.rebuilt - images) ** 2)[where].mean()
    patches = images.reshape(4, 4, 4, 4, 4).swapaxes(2, 3).reshape(4, 4, 4, 16)
    assert abs(error - patches.var(axis=-1)[pictures.mask].mean()) < 1e-5


if __name__ == "__main__":
    predict()
    change()
    explore()
