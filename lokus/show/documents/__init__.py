"""Documents to be signed and letters to be sent, as files of a word processor."""
