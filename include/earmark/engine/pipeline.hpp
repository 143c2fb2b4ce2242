// THE HALLWAY. The rooms in the order in which an order walks through them; the only file that
// names them all. Each room decides and returns moves, takes and gives; engine/commit alone applies
// them.
//
//   foreign text -> connect -> command -> intake -> order -> sourcing -> plan -> allocation
//      -> change set -> commit -> record -> journal;  fulfilment moves what was allocated on;
//   report adds it up.
#pragma once

// 1 The street door: text becomes commands, or a list of what is wrong with it. Knows no engine.
#include "earmark/connect/orders.hpp"
#include "earmark/connect/uci.hpp"

// 2 Intake: the idempotency map, capture with every violation, what waits, cancel.
#include "earmark/intake/cancel.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/intake/dedupe.hpp"
#include "earmark/intake/waiting.hpp"

// 3 Sourcing: a policy and a picture of stock become a plan, and the plan can be explained.
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/policy.hpp"
#include "earmark/sourcing/solve.hpp"

// 4 Allocation: a plan, a basket or an exchange becomes takes, gives and moves.
#include "earmark/allocation/allot.hpp"

// 5 The commit, on stock and ledger: the only place where anything changes.
#include "earmark/engine/commit.hpp"

// 6 The journal: every commit is one record, and the records fold back to the state.
#include "earmark/engine/fold.hpp"
#include "earmark/journal/log.hpp"
#include "earmark/journal/record.hpp"

// 7 Fulfilment: release, ship, deliver.
#include "earmark/fulfilment/work.hpp"

// 8 Report: movements become facts, facts become figures.
#include "earmark/report/ageing.hpp"
#include "earmark/report/fact_maker.hpp"
#include "earmark/report/figures.hpp"
#include "earmark/report/kpi.hpp"
