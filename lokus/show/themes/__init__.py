"""What a map can be about: classes, colours and legend of each theme."""
