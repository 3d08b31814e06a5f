"""Features that one can remove; each sees only the sdk."""
