// WAITING ORDERS and tombstones in the journal: written, and read back.
#include <algorithm>

#include "earmark/engine/fold.hpp"

namespace earmark {
namespace {

constexpr std::size_t head_fields = 6;    // bytes of key and text, tries, first try, reasons, kept
constexpr std::size_t reason_fields = 3;  // code, bytes of path and sentence

/// A piece of the text of so many bytes; false where there are not so many.
bool cut(std::string_view& from, std::int64_t bytes, std::string_view& into) {
    if (bytes < 0 || static_cast<std::size_t>(bytes) > from.size()) return false;
    into = from.substr(0, static_cast<std::size_t>(bytes));
    from.remove_prefix(into.size());
    return true;
}

bool is_code(std::int64_t code) noexcept {
    return code > 0 && code <= UINT16_MAX &&
           std::ranges::any_of(error_rows(), [&](const error_row& r) {
               return static_cast<std::int64_t>(r.code) == code;
           });
}

}  // namespace

void record_waiting(journal::writer& into, std::string_view key, const intake::waiting_order& o) {
    const auto size = [](std::string_view t) { return static_cast<std::int64_t>(t.size()); };
    std::string text{key};
    text += o.text;
    std::vector<std::int64_t> fields{size(key), size(o.text),
                                     o.tries,   o.first.ns,
                                     o.reasons, static_cast<std::int64_t>(o.why.size())};
    for (const intake::reason& r : o.why) {
        fields.push_back(static_cast<std::int64_t>(r.code));
        fields.push_back(size(r.path));
        fields.push_back(size(r.sentence));
        text += r.path;
        text += r.sentence;
    }
    into.intern(journal::intern_kind::quarantined, {0, text, fields, {}});
}

bool read_waiting(const journal::intern_table& t, time_point now, actor_id by,
                  intake::waiting_room& into) {
    const auto f = t.fields;
    if (t.id != 0 || f.size() < head_fields || f[5] < 1 ||
        f[5] > static_cast<std::int64_t>(intake::most_reasons) ||
        f.size() != head_fields + static_cast<std::size_t>(f[5]) * reason_fields || f[2] < 1 ||
        f[2] > UINT32_MAX || f[4] < f[5] || f[4] > UINT32_MAX)
        return false;
    std::string_view rest = t.key, key, text;
    if (!cut(rest, f[0], key) || !cut(rest, f[1], text) || key.empty() || text.empty() ||
        key.size() > max_key_bytes || into.find_tombstone(key) != nullptr)
        return false;
    const intake::waiting_order* const before = into.find(key);
    const std::int64_t tries = before != nullptr ? std::int64_t{before->tries} + 1 : 1;
    const time_point first = before != nullptr ? before->first : now;
    if (f[2] != tries || f[3] != first.ns) return false;
    intake::waiting_order o{std::string{text},
                            {},
                            static_cast<std::uint32_t>(f[4]),
                            static_cast<std::uint32_t>(tries),
                            first,
                            now,
                            by};
    for (std::size_t i = head_fields; i < f.size(); i += reason_fields) {
        std::string_view path, sentence;
        if (!is_code(f[i]) || !cut(rest, f[i + 1], path) || !cut(rest, f[i + 2], sentence))
            return false;
        o.why.push_back({static_cast<error_code>(f[i]), std::string{path}, std::string{sentence}});
    }
    if (!rest.empty()) return false;
    into.keep(key, std::move(o));
    return true;
}

bool read_tombstone(const journal::intern_table& t, time_point now, actor_id by,
                    intake::waiting_room& into) {
    const auto f = t.fields;
    if (t.id != 0 || f.size() != 1 || f[0] < 0 || f[0] > UINT8_MAX || t.key.empty() ||
        t.key.size() > max_key_bytes || into.find_tombstone(t.key) != nullptr)
        return false;
    into.bury(t.key, {static_cast<std::uint8_t>(f[0]), now, by});
    into.drop(t.key);
    return true;
}

/// A key that is remembered was placed or declined: nothing waits under it.
error_code folder::waiting(journal::intern_kind kind, const journal::intern_table& t) {
    const bool is_order = kind == journal::intern_kind::quarantined;
    const bool has_size = !t.fields.empty() && t.fields[0] >= 0;
    const std::string_view key =
        is_order && has_size ? t.key.substr(0, static_cast<std::size_t>(t.fields[0])) : t.key;
    receipt first;
    if (key.empty() || key.size() > max_key_bytes ||
        keys_.find(intake::key_space::order, key, first))
        return error_code::bad_record;
    const actor_id by = catalog_.known(actor_);
    const bool is_read = is_order ? read_waiting(t, record_now_, by, catalog_.waiting)
                                  : read_tombstone(t, record_now_, by, catalog_.waiting);
    return is_read ? error_code::ok : error_code::bad_record;
}

}  // namespace earmark
