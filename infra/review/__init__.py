"""People look at what linkage did: the queue of doubtful pairs, why records are together, who looked."""
