"""Write all outputs of a study together, and the GeoPackage with QGIS styles."""
