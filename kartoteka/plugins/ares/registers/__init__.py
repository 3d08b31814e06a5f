"""Registers of companies: one shape of answer, and one module for each register that is asked."""
