"""Unpack wheels aside: every file as it will be, none of them visible yet."""
