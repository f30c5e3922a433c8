"""Write the outputs of a province from the studies of its kabupaten: workbook, map and page."""
