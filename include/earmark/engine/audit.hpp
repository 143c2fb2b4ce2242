// THE AUDIT: what is stored and can be recomputed is recomputed from what it was made of, in
// production, while other threads work. docs/derived.md has a line for each check.
//
// Nobody is stopped and no cell, order or reservation is owned; an audit reads. Cells and orders
// move meanwhile, so a difference is believed only after two looks, between which every caller has
// left the engine once, have seen the same words, the same versions and the same amounts. Whatever
// does not hold still for that is listed as `moving`, never as wrong.
//
// A sliced audit looks at about so many cells, orders, reservations or keys a call, in a slot of
// its own, and answers complete at the end; the call after that begins anew. One slice walks all
// timers. Between slices others may load tables. In exact mode the engine is taken as load() takes
// it.
//
// What an audit cannot see: whether a promise kept its floor when it was made (that is the take's
// own proof), and the past beyond the records that the journal still keeps.
#pragma once

#include <cstdint>
#include <memory>

#include "earmark/model/audit.hpp"

namespace earmark {

struct audit_memory;

/// Where an audit stands between two slices. Belongs to one engine and one thread at a time. Keeps
/// about 40 bytes per cell and per live reservation while it is under way.
class audit_run {
public:
    audit_run();
    ~audit_run();
    audit_run(audit_run&&) noexcept;
    audit_run& operator=(audit_run&&) noexcept;

private:
    friend class engine;
    std::unique_ptr<audit_memory> memory_;
};

/// How a whole audit goes about it.
enum class audit_how : std::uint8_t {
    online,  // beside whoever works
    exact,   // takes the engine for itself as load() does: others hear stock_moving meanwhile
};

}  // namespace earmark
