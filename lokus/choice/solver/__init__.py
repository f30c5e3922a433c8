"""Exact solvers of the choice, behind one problem: dynamic programme, Lagrangian bound, HiGHS."""
