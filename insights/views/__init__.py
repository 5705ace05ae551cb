"""One file per noun. ``urls.py`` says which view answers which address."""
