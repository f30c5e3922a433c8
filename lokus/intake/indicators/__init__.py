"""Define the catalogue of indicators: label, unit, direction, range, office and intervention of each."""
