"""What the outputs tell: each figure computed once, with its unit, rounding and words."""
