"""Charts of the evidence, the review and the target path."""
