"""Estimate stunting rates of small villages: the model, its fit, and the table of estimates."""
