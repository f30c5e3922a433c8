"""Join the rows of tables to villages, and account for every row."""
