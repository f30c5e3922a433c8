"""Write the workbook: proposal, review, follow-up and action calendar."""
