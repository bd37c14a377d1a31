"""The conflict-driven engine, and the explanations made of what it refutes."""
