"""Which village each row of a table is about, and what became of every row."""
