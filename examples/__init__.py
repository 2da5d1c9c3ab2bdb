"""Programs around the package, to be run and taken apart."""
