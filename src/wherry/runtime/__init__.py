"""Floor 6: adapters to Pyodide. Only this folder imports ``js`` or ``pyodide``."""
