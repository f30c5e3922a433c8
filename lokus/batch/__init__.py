"""Run many studies at once: those of a province or of the nation, one for each kabupaten."""
