"""From a sheet as an office sends it to a table: header, body, totals, numbers."""
