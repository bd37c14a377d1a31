"""Progress of a call: from reports of resolving and downloading to phases, bars and notebooks."""
