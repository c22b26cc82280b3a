"""Those who read the marts: their roles, what they read, what they take away."""
