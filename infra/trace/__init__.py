"""From a number in a mart to the records behind it, and from there to the original object and row of each."""
