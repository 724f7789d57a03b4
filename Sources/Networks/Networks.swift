// Networks: to be filled.
