"""One of some processes of JAX that train a small model: RANK COUNT PORT OUTPUT."""

import json
import sys
from pathlib import Path

import jax
import keras
import numpy as np
import tensorflow as tf

from keras_vit import training
from tests.deployment.small import vit

BATCH = 8
rank, count, port = map(int, sys.argv[1:4])
if count > 1:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    keras.distribution.initialize(
        job_addresses=f"127.0.0.1:{port}", num_processes=count, process_id=rank
    )
    distribution = keras.distribution.DataParallel(
        devices=keras.distribution.list_devices(), auto_shard_dataset=False
    )
    keras.distribution.set_distribution(distribution)

random = np.random.default_rng(3)
images = random.normal(size=(3 * BATCH, 16, 24, 3)).astype("float32")
labels = random.integers(0, 7, 3 * BATCH)
batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(BATCH // count)
model = vit()
optimizer = training.AdamW(1e-3, weight_decay=0.05)
model.compile(optimizer, "sparse_categorical_crossentropy")
# Each process gets its share of every batch.
history = model.fit(batches.shard(count, rank), epochs=2, shuffle=False, verbose=0)
weights = [np.asarray(v.value.addressable_shards[0].data) for v in model.weights]
result = {
    "devices": len(jax.devices()),
    "loss": history.history["loss"],
    "weights": [weight.tolist() for weight in weights],
}
Path(sys.argv[4]).write_text(json.dumps(result))
