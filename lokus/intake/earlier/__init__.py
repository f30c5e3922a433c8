"""What earlier years left: decided lists, outputs of a former study, filled action calendars."""
