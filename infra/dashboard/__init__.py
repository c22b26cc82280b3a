"""The page of results (成效直显) for district offices, read from schema `mart` as the role signed in."""
