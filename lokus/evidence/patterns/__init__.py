"""Find spatial patterns: hot spots, clusters by scan statistic, types of village."""
