"""What writes files of the package, for contributors."""
