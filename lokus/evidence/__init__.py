"""Evidence: rates, scores and patterns computed from the village table."""
