"""What a province is shown of the studies of its kabupaten: one workbook, one map, one page."""
