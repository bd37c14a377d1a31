"""Floor 3: decisions. Pure functions of a snapshot of the index; nothing here waits for a network."""
