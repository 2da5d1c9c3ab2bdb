"""What small experiments show of transfer, pretraining and the papers' ablations.

`make reproduce` runs them and writes docs/results.md. A file holds one experiment:
`SETTINGS`, and the smaller ones of a quick run; `run`, which measures; `section`, which
makes text of what was measured, whatever came out.
"""
