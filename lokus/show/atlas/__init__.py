"""The kecamatan atlas: one page a kecamatan."""
