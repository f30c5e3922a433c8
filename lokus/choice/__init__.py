"""Choose the villages: the best list under the stated rules, its reasons, certainty and annual review."""
