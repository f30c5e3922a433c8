"""What every drawn map needs: shapes, labels, legend, scale bar, symbols, layout of the page."""
