"""Write the sentences that several outputs share: summary, caveats, method, review, follow-up."""
