"""Commands in the cells of notebooks: ``%pip`` and ``%wherry``, with reports as tables. IPython is there already."""
