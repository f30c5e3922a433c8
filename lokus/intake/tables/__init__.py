"""Read the sheets of offices as tables: header, body, totals, numbers."""
