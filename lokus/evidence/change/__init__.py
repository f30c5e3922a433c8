"""Estimate the rates of two years jointly, and the change expected from regression to the mean."""
