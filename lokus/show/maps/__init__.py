"""Draw print maps on A4 and A3, and the maps of a notebook."""
