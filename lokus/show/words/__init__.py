"""Sentences that several outputs say: summary, caveats, method, review, follow-up."""
