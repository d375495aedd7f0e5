"""Speed and memory of the engine on this machine: `make bench`."""
