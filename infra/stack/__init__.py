"""The local stack: an S3 store, PostgreSQL and whatever else runs beside them, on the loopback alone."""
