"""Solve the selection exactly: dynamic programming, Lagrangian relaxation and HiGHS for one problem class."""
