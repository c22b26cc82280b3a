"""Servers that misbehave on demand, for the tests of those who have to cope."""
