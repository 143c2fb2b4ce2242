#include "earmark/journal/record.hpp"

#include <bit>
#include <cstring>

#include "record_bits.hpp"

namespace earmark::journal {

using namespace bits;

/// Writes into room that was made for a whole op: one check an op instead of one a byte. What it
/// wrote belongs to the record when it goes.
class writer::pen {
public:
    pen(writer& of, std::size_t room) : of_{of} {
        if (of.buffer_.size() - of.used_ < room) of.grow(room);
        at_ = of.buffer_.data() + of.used_;
    }
    ~pen() { of_.used_ = offset(); }
    pen(const pen&) = delete;
    pen& operator=(const pen&) = delete;

    [[nodiscard]] std::size_t offset() const noexcept {
        return static_cast<std::size_t>(at_ - of_.buffer_.data());
    }
    void byte(unsigned b) noexcept { *at_++ = static_cast<std::byte>(b); }
    void number(std::uint64_t n) noexcept {
        for (; n >= 0x80; n >>= 7) byte(static_cast<unsigned>(n & 0x7F) | 0x80);
        byte(static_cast<unsigned>(n));
    }
    void signed_number(std::int64_t n) noexcept { number(zigzag(n)); }
    /// Little-endian, whatever the machine is.
    template <class T>
    void fixed(T n) noexcept {
        if constexpr (std::endian::native == std::endian::little)
            bytes(&n, sizeof n);
        else
            for (std::size_t i = 0; i < sizeof n; ++i)
                byte(static_cast<unsigned>(n >> 8 * i & 0xFF));
    }
    void bytes(const void* from, std::size_t size) noexcept {
        if (size != 0) std::memcpy(at_, from, size);
        at_ += size;
    }
    void text(std::string_view s) noexcept {
        number(s.size());
        bytes(s.data(), s.size());
    }

private:
    writer& of_;
    std::byte* at_;
};

namespace {
constexpr std::size_t per_number = 10;  // bytes
constexpr std::size_t short_op = 64;    // room for an op without a list or text
}  // namespace

/// Out of line: a buffer grows a few times in its life.
void writer::grow(std::size_t room) { buffer_.resize(2 * used_ + room); }

void writer::begin(verb by, time_point now, actor_id actor) {
    used_ = 0;
    now_ = now;
    has_order_ = false;
    uncovered_at_ = 0;
    pen p{*this, short_op};
    p.byte(static_cast<unsigned>(by));
    p.fixed(static_cast<std::uint64_t>(now.ns));
    p.number(raw(actor));
}

void writer::subject(pen& p, unsigned first_byte, std::uint32_t order) noexcept {
    if (has_order_ && order_ == order) return p.byte(first_byte);
    p.byte(first_byte | with_order);
    p.number(order);
    order_ = order;
    has_order_ = true;
}
void writer::reservation(pen& p, unsigned first_byte, std::uint32_t index,
                         std::uint32_t holder) noexcept {
    p.byte(first_byte | (holder > 1 ? with_holder : 0));
    p.number(index);
    if (holder > 1) p.number(holder);
}

void writer::move(std::uint32_t order, const bucket_move& m) {
    pen p{*this, short_op};
    const bool has_refs = m.from_ref != 0 || m.to_ref != 0;
    const bool both = tells_both_cells(m);
    subject(p,
            static_cast<unsigned>(op::move) | (m.reason != 0 ? with_reason : 0) |
                (has_refs ? with_refs : 0) | (both ? with_cells : 0),
            order);
    p.byte(static_cast<unsigned>(m.from) | static_cast<unsigned>(m.to) << 4);
    p.number(m.line);
    p.number(static_cast<std::uint64_t>(m.n));
    if (both) {
        p.number(raw(m.from_cell) + std::uint32_t{1});
        p.number(raw(m.to_cell) + std::uint32_t{1});
    } else if (names_cell(m.from) || names_cell(m.to)) {
        p.number(raw(names_cell(m.from) ? m.from_cell : m.to_cell));
    }
    if (has_refs) {
        p.number(m.from_ref);
        p.number(m.to_ref);
    }
    if (m.reason != 0) p.byte(m.reason);
}
void writer::cell(const cell_op& c) {
    pen p{*this, short_op};
    p.byte(static_cast<unsigned>(op::cell) | (c.free != 0 ? with_free : 0) |
           (c.on_hand != 0 ? with_on_hand : 0));
    p.number(raw(c.cell));
    if (c.free != 0) p.signed_number(c.free);
    if (c.on_hand != 0) p.signed_number(c.on_hand);
}
void writer::post(std::uint32_t order, const post_op& o) {
    pen p{*this, short_op};
    subject(p, static_cast<unsigned>(op::post), order);
    p.byte(o.account);
    p.signed_number(o.minor);
}
void writer::reservation(const reservation_op& r) {
    pen p{*this, short_op + r.parts.size() * 3 * per_number};
    const unsigned first = static_cast<unsigned>(op::reservation) | static_cast<unsigned>(r.life)
                                                                        << life_shift;
    const bool ends = r.deadline != never;
    if (!r.has_parts()) {
        reservation(p, first | (ends ? at_deadline : 0), r.index, r.holder);
        if (ends) p.signed_number(r.deadline.ns - now_.ns);
        return;
    }
    const bool is_kept = r.life == reservation_state::consumed;
    reservation(p,
                first |
                    (is_kept   ? with_parts
                     : r.birth ? is_birth
                               : 0) |
                    (ends ? 0 : no_deadline),
                r.index, r.holder);
    if (ends) p.signed_number(r.deadline.ns - now_.ns);
    p.number(r.parts.size());
    for (const take_line& t : r.parts) {
        p.number(raw(t.cell));
        p.number(static_cast<std::uint64_t>(t.n));
        p.signed_number(t.floor);
    }
}
void writer::timer(std::uint32_t index, time_point deadline, std::uint32_t holder) {
    pen p{*this, short_op};
    const unsigned first = static_cast<unsigned>(op::timer);
    reservation(p, first | (deadline == never ? no_deadline : 0), index, holder);
    if (deadline != never) p.signed_number(deadline.ns - now_.ns);
}
void writer::intern(intern_kind kind, const intern_table& t) {
    pen p{*this, short_op + t.key.size() + (t.fields.size() + t.distances.size()) * per_number};
    p.byte(static_cast<unsigned>(op::intern));
    p.byte(static_cast<unsigned>(kind));
    p.number(t.id);
    p.text(t.key);
    p.number(t.fields.size());
    for (const std::int64_t f : t.fields) p.signed_number(f);
    p.number(t.distances.size());
    for (const std::uint32_t d : t.distances) p.number(d);
}
void writer::intern(const intern_order& o) {
    pen p{*this, 2 * short_op + o.key.size() + o.lines.size() * 3 * per_number};
    p.byte(static_cast<unsigned>(op::intern));
    p.byte(static_cast<unsigned>(intern_kind::order));
    p.number(o.index);
    p.text(o.key);
    p.fixed(o.content.high);
    p.fixed(o.content.low);
    p.byte(static_cast<unsigned>(o.what));
    p.number(o.ship_to == none<place_id> ? 0 : raw(o.ship_to) + std::uint64_t{1});
    p.number(o.currency);
    p.byte(o.priority);
    p.number(o.lines.size());
    for (const intern_order_line& l : o.lines) {
        p.number(raw(l.sku));
        p.number(static_cast<std::uint64_t>(l.n));
        p.signed_number(l.price_minor);
    }
    order_ = o.index;
    has_order_ = true;
}
void writer::intern(const intern_key& k) {
    pen p{*this, 2 * short_op + k.key.size()};
    p.byte(static_cast<unsigned>(op::intern));
    p.byte(static_cast<unsigned>(intern_kind::key));
    p.text(k.key);
    p.fixed(k.content.high);
    p.fixed(k.content.low);
    p.byte(static_cast<unsigned>(k.first.what));
    p.byte(static_cast<unsigned>(k.first.by));
    p.number(k.first.lines);
    uncovered_at_ = p.offset();
    p.fixed(static_cast<std::uint32_t>(k.first.uncovered));
    p.number(k.first.subject);
    p.number(static_cast<std::uint64_t>(k.first.why.code));
    p.number(k.first.why.row);
    for (const std::int64_t r : k.first.why.refs) p.signed_number(r);
}
void writer::note(std::uint32_t order, note_kind kind, std::uint32_t ref,
                  std::span<const std::byte> bytes) {
    pen p{*this, short_op + bytes.size()};
    subject(p, static_cast<unsigned>(op::note), order);
    p.byte(static_cast<unsigned>(kind));
    p.number(ref);
    p.number(bytes.size());
    p.bytes(bytes.data(), bytes.size());
}
void writer::note(note_kind kind, std::uint32_t ref, std::span<const std::byte> bytes) {
    pen p{*this, short_op + bytes.size()};
    p.byte(static_cast<unsigned>(op::note));
    p.byte(static_cast<unsigned>(kind));
    p.number(ref);
    p.number(bytes.size());
    p.bytes(bytes.data(), bytes.size());
}

}  // namespace earmark::journal
