"""How the tables of attachments came to be, step by step."""
