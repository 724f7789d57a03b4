// Parallel: to be filled.
