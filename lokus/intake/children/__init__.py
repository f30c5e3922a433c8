"""Child-level exports, counted by village on reading; nothing personal is kept."""
