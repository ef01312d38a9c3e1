"""One process with a thread for each request; the database keeps them apart."""

threads = 16
