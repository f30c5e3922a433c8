"""Read results of earlier years: decided lists, outputs of a former study, filled action calendars."""
