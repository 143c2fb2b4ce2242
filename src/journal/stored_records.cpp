#include "earmark/journal/stored_records.hpp"

namespace earmark::journal {

/// Into batch_, with a header that can be believed as far as its place goes: read_batch() checks
/// the rest before a record of it is handed out.
error stored_records::fetch(std::uint64_t number) {
    if (header_.number == number) return {};
    header_ = {};
    batch_.clear();
    const auto wrong = from_->read_one(
        number, [&](std::span<const std::byte> b) { batch_.assign(b.begin(), b.end()); });
    if (wrong != error_code::ok) return fail(wrong);
    const auto header = header_of(batch_, number);
    if (!header) return header.error();
    header_ = *header;
    return {};
}

/// The last batch that begins at the cursor or before it.
error stored_records::find(const batch_info& newest, std::uint64_t cursor) {
    if (header_.number != 0 && header_.first <= cursor) {
        if (cursor < header_.last) return {};
        if (cursor == header_.last && header_.number < newest.number)
            return fetch(header_.number + 1);
    }
    std::uint64_t low = 1, high = newest.number;
    while (low < high) {
        const std::uint64_t middle = high - (high - low) / 2;
        if (const error e = fetch(middle); e.code != error_code::ok) return e;
        if (header_.first <= cursor)
            low = middle;
        else
            high = middle - 1;
    }
    if (const error e = fetch(low); e.code != error_code::ok) return e;
    constexpr std::int64_t first_position = 16;  // its offset
    if (header_.first <= cursor) return {};
    return fail(error_code::bad_batch, static_cast<std::int64_t>(low), first_position);
}

error stored_records::read(const batch_info& newest, std::uint64_t cursor, std::uint64_t until,
                           std::size_t limit, std::vector<kept_record>& out) {
    const error gone = fail(error_code::cursor_too_old, static_cast<std::int64_t>(cursor),
                            static_cast<std::int64_t>(until));
    if (newest.number == 0) return gone;
    if (const error e = find(newest, cursor); e.code != error_code::ok) return e;
    batch_info before{header_.number - 1, 0, header_.first, 0, 0, header_.chain};
    const auto keep = [&](std::uint64_t position, std::span<const std::byte> record) -> error {
        const bool is_wanted = position > cursor && position <= until && out.size() < limit;
        if (is_wanted) out.push_back({position, {record.begin(), record.end()}});
        return {};
    };
    for (;;) {
        const auto whole = read_batch(batch_, header_.number == 1 ? nullptr : &before, keep);
        if (!whole) return header_ = {}, whole.error();
        if (whole->last >= until || out.size() == limit) return {};
        if (whole->number == newest.number) return gone;
        before = *whole;
        if (const error e = fetch(before.number + 1); e.code != error_code::ok) return e;
    }
}

}  // namespace earmark::journal
