"""Pages for the browser: the offline map in one file, and the same layers on folium for notebooks."""
