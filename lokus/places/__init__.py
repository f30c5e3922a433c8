"""Places: village codes, village names, boundaries and who borders whom."""
