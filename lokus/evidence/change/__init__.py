"""Rates of two years estimated together, and the fall that chance alone leads one to expect."""
