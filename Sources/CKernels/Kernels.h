// All kernel bodies, in order of need. Included once per level with LEVEL(name) giving each function its own symbol.
#include "Philox.h"
