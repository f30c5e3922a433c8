"""Review last year's list: what becomes of each village, why, and what being on the list did."""
