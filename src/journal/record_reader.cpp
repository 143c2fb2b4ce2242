#include "earmark/journal/record.hpp"

#include <cstring>
#include <limits>
#include <optional>

#include "record_bits.hpp"

namespace earmark::journal {

using namespace bits;

namespace {

/// A cursor over untrusted bytes. After the first wrong one everything reads as zero and `ok` is
/// false, so that a reader checks once, where it matters.
class reader {
public:
    explicit reader(std::span<const std::byte> bytes) noexcept : bytes_{bytes} {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool done() const noexcept { return at_ == bytes_.size(); }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
    void refuse() noexcept { ok_ = false; }

    unsigned byte() noexcept {
        if (!ok_ || at_ == bytes_.size()) return refuse(), 0u;
        return static_cast<unsigned>(bytes_[at_++]);
    }
    std::uint64_t number() noexcept {
        std::uint64_t n = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const unsigned b = byte();
            n |= static_cast<std::uint64_t>(b & 0x7F) << shift;
            if ((b & 0x80) == 0) return ok_ ? n : 0;
        }
        return refuse(), 0;
    }
    /// A number no larger than `most`.
    template <class T>
    T below(std::uint64_t most = std::numeric_limits<T>::max()) noexcept {
        const std::uint64_t n = number();
        if (n > most) refuse();
        return ok_ ? static_cast<T>(n) : T{};
    }
    std::int64_t signed_number() noexcept { return unzigzag(number()); }
    granules amount() noexcept {
        const std::int64_t n = signed_number();
        if (n > std::numeric_limits<granules>::max() || n < std::numeric_limits<granules>::min())
            refuse();
        return ok_ ? static_cast<granules>(n) : 0;
    }
    granules count() noexcept { return below<granules>(std::numeric_limits<granules>::max()); }
    std::uint64_t fixed(unsigned bytes) noexcept {
        std::uint64_t n = 0;
        for (unsigned i = 0; i < bytes; ++i) n |= static_cast<std::uint64_t>(byte()) << 8 * i;
        return n;
    }
    std::span<const std::byte> raw_bytes(std::size_t n) noexcept {
        if (!ok_ || n > left()) return refuse(), std::span<const std::byte>{};
        at_ += n;
        return bytes_.subspan(at_ - n, n);
    }
    std::string_view text() noexcept {
        const auto b = raw_bytes(below<std::size_t>());
        return {reinterpret_cast<const char*>(b.data()), b.size()};
    }
    /// How many items follow; each takes at least one byte, so a huge count is refused at once.
    std::size_t items() noexcept { return below<std::size_t>(left()); }
    template <class E>
    E one_of(unsigned count) noexcept {
        const unsigned b = byte();
        if (b >= count) refuse();
        return static_cast<E>(ok_ ? b : 0);
    }

private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

class parser {
public:
    parser(std::span<const std::byte> record, visitor& into) noexcept : in_{record}, into_{into} {}

    error run() {
        const auto by = in_.one_of<verb>(verbs);
        now_ = {static_cast<std::int64_t>(in_.fixed(8))};
        const actor_id actor{in_.below<std::uint32_t>()};
        if (!in_.ok()) return bad();
        if (const auto e = into_.begin(by, now_, actor); e != error_code::ok) return at(e);
        while (!in_.done())
            if (const auto e = one(); e != error_code::ok) return in_.ok() ? at(e) : bad();
        const auto e = into_.end();
        return e == error_code::ok ? error{} : at(e);
    }

private:
    [[nodiscard]] error at(error_code e) const noexcept {
        return fail(e, static_cast<std::int64_t>(in_.at()));
    }
    [[nodiscard]] error bad() const noexcept { return at(error_code::bad_record); }

    error_code one() {
        const unsigned first = in_.byte();
        switch (static_cast<op>(first & 7)) {
            case op::move:
                return move(first);
            case op::cell:
                return cell(first);
            case op::post:
                return post(first);
            case op::reservation:
                return reservation(first);
            case op::intern:
                return intern();
            case op::timer:
                return timer(first);
            case op::note:
                return note(first);
        }
        return refuse();
    }
    error_code refuse() noexcept {
        in_.refuse();
        return error_code::bad_record;
    }
    bool subject(unsigned first) noexcept {
        if ((first & with_order) != 0) {
            order_ = in_.below<std::uint32_t>();
            has_order_ = true;
        }
        if (!has_order_) in_.refuse();
        return in_.ok();
    }
    std::uint32_t holder(unsigned first) noexcept {
        if ((first & with_holder) == 0) return 1;
        const auto h = in_.below<std::uint32_t>();
        if (h < 2) in_.refuse();  // there is one way to write it
        return h;
    }
    time_point deadline(bool follows) noexcept {
        if (!follows) return never;
        std::int64_t at = 0;
        if (__builtin_add_overflow(now_.ns, in_.signed_number(), &at)) in_.refuse();
        return {at};
    }

    error_code move(unsigned first) {
        if (!subject(first)) return refuse();
        const unsigned states = in_.byte();
        bucket_move m;
        if ((states & 15) >= unit_states || states >> 4 >= unit_states) return refuse();
        m.from = static_cast<unit_state>(states & 15);
        m.to = static_cast<unit_state>(states >> 4);
        m.line = in_.below<std::uint16_t>();
        m.n = in_.count();
        if ((first & with_cells) != 0) {
            m.from_cell = cell_id{in_.below<std::uint32_t>() - 1};  // 0: none
            m.to_cell = cell_id{in_.below<std::uint32_t>() - 1};
            if (!tells_both_cells(m)) return refuse();  // there is one way to write it
        } else if (names_cell(m.from) || names_cell(m.to)) {
            const cell_id c{in_.below<std::uint32_t>()};
            if (names_cell(m.from)) m.from_cell = c;
            if (names_cell(m.to)) m.to_cell = c;
        }
        if ((first & with_refs) != 0) {
            m.from_ref = in_.below<std::uint32_t>();
            m.to_ref = in_.below<std::uint32_t>();
            if (m.from_ref == 0 && m.to_ref == 0) return refuse();
        }
        if ((first & with_reason) != 0) m.reason = static_cast<std::uint8_t>(in_.byte());
        return in_.ok() ? into_.move(order_, m) : refuse();
    }
    error_code cell(unsigned first) {
        cell_op c;
        c.cell = cell_id{in_.below<std::uint32_t>()};
        if ((first & with_free) != 0) c.free = in_.amount();
        if ((first & with_on_hand) != 0) c.on_hand = in_.amount();
        return in_.ok() ? into_.cell(c) : refuse();
    }
    error_code post(unsigned first) {
        if (!subject(first)) return refuse();
        post_op p;
        p.account = static_cast<std::uint8_t>(in_.byte());
        p.minor = in_.signed_number();
        return in_.ok() ? into_.post(order_, p) : refuse();
    }
    error_code reservation(unsigned first) {
        reservation_op r;
        r.life = static_cast<reservation_state>(first >> life_shift & 3);
        const bool flag = (first & is_birth) != 0;
        const bool is_kept = flag && r.life == reservation_state::consumed;
        r.birth = flag && !is_kept;
        if (r.birth && r.life != reservation_state::active) return refuse();
        r.index = in_.below<std::uint32_t>();
        r.holder = holder(first);
        const bool has_parts = is_kept || r.has_parts();
        r.deadline = deadline(((first & no_deadline) != 0) != has_parts);
        if (has_parts) {
            for (std::size_t n = in_.items(); n > 0 && in_.ok(); --n) {
                const cell_id c{in_.below<std::uint32_t>()};
                const granules held = in_.count();
                r.parts.push_back({c, held, in_.amount()});
            }
        }
        if (is_kept && r.parts.empty()) return refuse();
        return in_.ok() ? into_.reservation(r) : refuse();
    }
    error_code timer(unsigned first) {
        const auto index = in_.below<std::uint32_t>();
        const auto held_by = holder(first);
        const time_point d = deadline((first & no_deadline) == 0);
        return in_.ok() ? into_.timer(index, d, held_by) : refuse();
    }
    error_code note(unsigned first) {
        if ((first & with_order) != 0 && !subject(first)) return refuse();
        const unsigned kind = in_.byte();
        const auto ref = in_.below<std::uint32_t>();
        const auto bytes = in_.raw_bytes(in_.below<std::size_t>());
        const bool of_order = (kind >= 1 && kind <= static_cast<unsigned>(note_kind::pools)) ||
                              (kind >= static_cast<unsigned>(note_kind::facts) &&
                               kind <= static_cast<unsigned>(note_kind::asked)) ||
                              kind == static_cast<unsigned>(note_kind::revised) ||
                              kind == static_cast<unsigned>(note_kind::timed) ||
                              kind == static_cast<unsigned>(note_kind::migrated);
        const bool of_none = kind == static_cast<unsigned>(note_kind::count) ||
                             kind == static_cast<unsigned>(note_kind::basket) ||
                             kind == static_cast<unsigned>(note_kind::denied);
        if (!of_order && !of_none) return refuse();
        if (of_order && !has_order_) return refuse();
        return in_.ok() ? into_.note(order_, static_cast<note_kind>(kind), ref, bytes) : refuse();
    }
    error_code intern() {
        const unsigned kind = in_.byte();
        if (kind == static_cast<unsigned>(intern_kind::order)) return intern_order_op();
        if (kind == static_cast<unsigned>(intern_kind::key)) return intern_key_op();
        const bool is_known = kind <= static_cast<unsigned>(intern_kind::section) ||
                              (kind >= static_cast<unsigned>(intern_kind::threshold) &&
                               kind <= static_cast<unsigned>(intern_kind::own_terms)) ||
                              kind == static_cast<unsigned>(intern_kind::restriction) ||
                              kind == static_cast<unsigned>(intern_kind::sets);
        if (kind < 1 || !is_known) return refuse();
        intern_table t;
        t.id = in_.below<std::uint32_t>();
        t.key = in_.text();
        std::vector<std::int64_t> fields(in_.items());
        for (auto& f : fields) f = in_.signed_number();
        std::vector<std::uint32_t> distances(in_.items());
        for (auto& d : distances) d = in_.below<std::uint32_t>();
        t.fields = fields;
        t.distances = distances;
        return in_.ok() ? into_.intern(static_cast<intern_kind>(kind), t) : refuse();
    }
    error_code intern_order_op() {
        intern_order o;
        o.index = in_.below<std::uint32_t>();
        o.key = in_.text();
        o.content.high = in_.fixed(8);
        o.content.low = in_.fixed(8);
        o.what = in_.one_of<outcome>(static_cast<unsigned>(outcome::asked) + 1);
        const auto place = in_.below<std::uint32_t>();
        o.ship_to = place == 0 ? none<place_id> : place_id{place - 1};
        o.currency = in_.below<std::uint16_t>();
        o.priority = static_cast<std::uint8_t>(in_.byte());
        for (std::size_t n = in_.items(); n > 0 && in_.ok(); --n) {
            const sku_id sku{in_.below<std::uint32_t>()};
            const granules amount = in_.count();
            o.lines.push_back({sku, amount, in_.signed_number()});
        }
        order_ = o.index;
        has_order_ = true;
        return in_.ok() ? into_.intern(o) : refuse();
    }
    error_code intern_key_op() {
        intern_key k;
        k.key = in_.text();
        k.content.high = in_.fixed(8);
        k.content.low = in_.fixed(8);
        k.first.what = in_.one_of<outcome>(static_cast<unsigned>(outcome::asked) + 1);
        k.first.by = in_.one_of<verb>(verbs);
        k.first.lines = in_.below<std::uint16_t>();
        k.first.uncovered = static_cast<granules>(static_cast<std::uint32_t>(in_.fixed(4)));
        k.first.subject = in_.number();
        k.first.why.code = static_cast<error_code>(in_.below<std::uint16_t>());
        k.first.why.row = in_.below<std::uint32_t>();
        for (std::int64_t& r : k.first.why.refs) r = in_.signed_number();
        return in_.ok() ? into_.intern(k) : refuse();
    }

    reader in_;
    visitor& into_;
    time_point now_;
    std::uint32_t order_ = 0;
    bool has_order_ = false;
};

}  // namespace

error read(std::span<const std::byte> record, visitor& into) { return parser{record, into}.run(); }

}  // namespace earmark::journal
