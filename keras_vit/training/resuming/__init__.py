"""A training that is cut off goes on where it was."""
