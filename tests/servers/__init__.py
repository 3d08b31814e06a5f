"""The real programs that tests run against: databases, a queue, a mail server, a browser."""
