"""Floor 5: wheels become files, and files go again."""
