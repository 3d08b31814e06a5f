"""One step each; a step that has been published is never changed."""
