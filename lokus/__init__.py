"""lokus."""
