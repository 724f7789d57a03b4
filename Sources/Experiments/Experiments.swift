// Experiments: to be filled.
