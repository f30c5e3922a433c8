"""Many studies at once: those of a province or of the nation, one a kabupaten."""
