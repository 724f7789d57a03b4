// Training: to be filled.
