"""Tools of the tests: an index on loopback, made-up wheels, a Pyodide distribution of our own."""
