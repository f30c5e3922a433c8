"""Draw the elements of maps: shapes, labels, legend, scale bar, symbols, page layout."""
