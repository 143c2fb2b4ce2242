// EARMARK: an order-management core that a host program embeds. This one header is all that a host
// needs; the rooms behind it are in engine/pipeline.hpp.
#pragma once

#include "earmark/allocation/fair_share.hpp"
#include "earmark/engine/engine.hpp"

#define EARMARK_VERSION "0.1.0"
