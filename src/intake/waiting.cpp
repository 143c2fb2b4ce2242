#include "earmark/intake/waiting.hpp"

#include <utility>

#include "earmark/core/digest.hpp"

namespace earmark::intake {

std::size_t bytes_of(std::string_view key, const waiting_order& o) noexcept {
    std::size_t all = key.size() + o.text.size();
    for (const reason& r : o.why) all += r.path.size() + r.sentence.size();
    return all;
}

const waiting_order* waiting_room::find(std::string_view key) const {
    const auto at = orders_.find(key);
    return at == orders_.end() ? nullptr : &at->second;
}

const tombstone* waiting_room::find_tombstone(std::string_view key) const {
    const auto at = tombstones_.find(key);
    return at == tombstones_.end() ? nullptr : &at->second;
}

error waiting_room::refusal(std::string_view key) const {
    if (empty()) return {};  // nearly every engine
    if (const tombstone* t = find_tombstone(key)) return fail(error_code::tombstoned, t->reason);
    if (const waiting_order* o = find(key)) return fail(error_code::order_quarantined, o->reasons);
    return {};
}

void waiting_room::keep(std::string_view key, waiting_order o) {
    const std::size_t more = bytes_of(key, o);
    const auto at = orders_.find(key);
    if (at == orders_.end()) {
        orders_.emplace(std::string{key}, std::move(o));
    } else {
        bytes_ -= bytes_of(key, at->second);
        at->second = std::move(o);
    }
    bytes_ += more;
}

void waiting_room::bury(std::string_view key, const tombstone& t) {
    tombstones_.insert_or_assign(std::string{key}, t);
}

bool waiting_room::drop(std::string_view key) noexcept {
    const auto at = orders_.find(key);
    if (at == orders_.end()) return false;
    bytes_ -= bytes_of(key, at->second);
    orders_.erase(at);
    return true;
}

void waiting_room::unbury(std::string_view key) noexcept {
    const auto at = tombstones_.find(key);
    if (at != tombstones_.end()) tombstones_.erase(at);
}

std::uint64_t waiting_room::digest() const {
    earmark::digest d;
    for (const auto& [key, o] : orders_) {
        d.add(key).add(o.text).add(o.reasons).add(o.tries).add(raw(o.by));
        d.add(static_cast<std::uint64_t>(o.first.ns)).add(static_cast<std::uint64_t>(o.last.ns));
        for (const reason& r : o.why)
            d.add(static_cast<std::uint64_t>(r.code)).add(r.path).add(r.sentence);
    }
    for (const auto& [key, t] : tombstones_)
        d.add(key).add(t.reason).add(static_cast<std::uint64_t>(t.since.ns)).add(raw(t.by));
    return d.value();
}

severity severity_of(error_code code, std::string_view path) noexcept {
    if (is_transient(code)) return severity::transient;
    switch (code) {
        case error_code::unknown_sku:
        case error_code::unknown_node:
        case error_code::unknown_place:
        case error_code::unknown_service:
        case error_code::unknown_unit:
        case error_code::unknown_attribute:
        case error_code::not_a_multiple:
        case error_code::no_cell:
            return severity::master_data;
        case error_code::too_many_decimals:  // a SKU's scale is a row, a currency's is not
            return path.ends_with("/quantity") ? severity::master_data : severity::malformed;
        case error_code::bad_number:
        case error_code::bad_time:
        case error_code::bad_currency:
        case error_code::bad_line_count:
        case error_code::missing_field:
        case error_code::bad_field:
        case error_code::unknown_field:
        case error_code::empty_key:
        case error_code::key_too_long:
            return severity::malformed;
        default:
            return static_cast<int>(code) / 1000 == 9 ? severity::malformed : severity::wrong;
    }
}

}  // namespace earmark::intake
