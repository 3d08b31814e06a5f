"""How the plugin's table came to be, step by step."""
