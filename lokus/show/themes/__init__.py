"""Define the themes of maps: classes, colours and legends."""
