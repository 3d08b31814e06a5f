"""The steps, each frozen once it is released: they never import living code."""
