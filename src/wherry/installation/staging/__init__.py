"""Unpack wheels into a staging folder: every file in its final form, none visible yet."""
