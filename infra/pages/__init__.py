"""Pages for people: what each feed promises, brought and owes: counts and contract text, no row."""
