"""The rules, one module a standard. Importing `library` registers them all with Great Expectations."""
