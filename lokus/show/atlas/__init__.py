"""Write the kecamatan atlas: one page for each kecamatan."""
