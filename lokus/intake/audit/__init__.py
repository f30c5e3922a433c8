"""Audit the joined values: findings, completeness by office, and what holds a proposal back."""
