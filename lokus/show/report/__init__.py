"""The report: one HTML page that prints."""
