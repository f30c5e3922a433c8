"""Score villages: normalise, weigh and aggregate indicators, or apply a preset with its source."""
