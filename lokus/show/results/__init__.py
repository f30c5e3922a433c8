"""Compute every reported figure once, with its unit, rounding and words."""
