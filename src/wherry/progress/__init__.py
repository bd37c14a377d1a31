"""Progress of a call: phases, trackers of resolving and downloading, and output in notebooks."""
