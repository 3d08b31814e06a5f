"""What is true of any program: errors, events, settings, clock, texts, outbox."""
