"""Read and check places: village codes, village names, boundaries, neighbours and changes between years."""
