"""Write documents to be signed and letters to be sent, for word processors."""
