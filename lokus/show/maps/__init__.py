"""Print maps on A4 and A3, and the small maps of a notebook."""
