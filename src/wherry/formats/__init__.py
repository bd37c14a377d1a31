"""Floor 2: parse text and bytes into values. One module per format; pure functions."""
