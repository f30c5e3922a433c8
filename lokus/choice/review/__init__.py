"""The annual review: what becomes of last year's list, why, and whether being on it helped."""
