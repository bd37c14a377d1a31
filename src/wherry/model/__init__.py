"""Floor 1: frozen values. Nothing here does anything; :class:`Environment` alone looks at the interpreter."""
