"""Compute rates, change, scores and spatial patterns from the village table."""
