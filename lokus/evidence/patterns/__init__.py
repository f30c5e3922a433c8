"""Where and what kind: hot spots, clusters by scan statistic, types of village."""
