// Spiking: to be filled.
