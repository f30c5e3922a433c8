"""Read the tables of offices (OPD) into one checked value per village and indicator."""
