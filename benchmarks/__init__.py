"""How fast keras_vit is beside its peers: `python -m benchmarks.run --help`."""
