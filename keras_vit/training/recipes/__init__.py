"""Published trainings as rows of numbers, and what is built from a row."""
