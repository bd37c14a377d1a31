"""Floor 4: requests to the network, through the ports :class:`~.fetcher.Fetcher` and :class:`~.cache.Cache`."""
