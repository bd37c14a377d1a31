"""Floor 5: install and uninstall distributions."""
