"""Scores: indicators normalised, weighted and added up, and presets with their sources."""
