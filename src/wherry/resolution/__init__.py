"""Floor 3: decides. Pure functions of a snapshot of the index; nothing here waits for a network."""
