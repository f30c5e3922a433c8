"""Write the presentation for the rakor, with native tables and charts."""
