// All kernel bodies, in order of need. Included once per level with LEVEL(name) giving each function its own symbol.
#include "Philox.h"
#include "Functions.h"
#include "Draws.h"
#include "Poisson.h"
#include "Find.h"
#include "Rows.h"
#include "Events.h"
#include "Neurons.h"
