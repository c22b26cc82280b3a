"""What runs when: one DAG a feed, and the night. Orchestration only."""
