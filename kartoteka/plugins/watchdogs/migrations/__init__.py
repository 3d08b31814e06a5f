"""How the tables of watchdogs came to be."""
