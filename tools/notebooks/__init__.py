"""From tutorials/NN_name.py, in jupytext's percent format, to an executed notebook."""
