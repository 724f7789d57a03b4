// Running: to be filled.
