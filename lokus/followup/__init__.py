"""Follow up a list of lokus: interventions, apportionment, beneficiaries, targets, case audits."""
