"""Floor 2: text or bytes in, values out. One module per format; pure."""
