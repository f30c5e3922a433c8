"""What follows from a list of lokus: interventions, shares, beneficiaries, targets, case audits."""
