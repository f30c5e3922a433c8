"""Define the stages of a study: plain functions that compute them, in the order in which they depend."""
