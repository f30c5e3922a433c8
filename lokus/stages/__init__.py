"""The stages of a study, in the order in which each builds on the ones before."""
