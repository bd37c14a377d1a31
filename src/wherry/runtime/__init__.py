"""Floor 6: Pyodide. The only folder that imports ``js`` or ``pyodide``."""
