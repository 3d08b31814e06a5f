"""The one gate: who is asking, what he may reach, and the registry opened for him."""
