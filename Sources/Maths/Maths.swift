// Maths: to be filled.
