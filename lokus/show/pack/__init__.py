"""The whole pack written together, and the GeoPackage with its QGIS styles."""
