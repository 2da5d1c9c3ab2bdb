"""One colour each for queries, keys and values, in every notebook.

Of Okabe and Ito's palette, which people who see fewer colours can tell apart.
"""

QUERY = "#0072B2"  # blue
KEY = "#D55E00"  # vermilion
VALUE = "#009E73"  # bluish green
