"""Steps of the database from each released version to the next; the customer's own tables are not among them."""
