"""Floor 4: asks the network, through the ports :class:`~.fetcher.Fetcher` and :class:`~.cache.Cache`."""
