"""Intake: tables of the offices (OPD) in, one checked value per village and indicator out."""
