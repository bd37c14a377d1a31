"""Exchange staged trees for installed distributions, all or nothing."""
