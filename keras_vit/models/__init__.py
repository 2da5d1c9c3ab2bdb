"""Builders: a configuration in, a functional model out."""
