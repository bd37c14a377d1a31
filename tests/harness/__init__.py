"""What the tests stand on: an index on loopback, wheels made to measure, a Pyodide distribution of our own."""
