"""Draw charts of the evidence, the review and the target path."""
