"""Floor 1: frozen values without effects. Only :class:`Environment` reads the interpreter."""
