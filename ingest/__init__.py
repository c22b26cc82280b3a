"""From a platform to the raw zone: contracts, connectors, landing, receipts, and the verb `pull`."""
