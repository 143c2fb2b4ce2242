// SNAPSHOT, DELTA: what other systems say about stock.
//
// A message is booked in records of up to 64 rows, each of which also marks how far the source has
// spoken of its cells; a row that does not fit is booked alone, so that it takes no other with it.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gate.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

constexpr std::size_t rows_per_record = 64;

std::uint64_t name_of_cell(sku_id s, node_id n, section_id in) noexcept {
    return std::uint64_t{raw(s)} << 32 | std::uint64_t{raw(n)} << 16 | raw(in);
}
std::uint32_t name_of_place(node_id n, section_id in) noexcept {
    return std::uint32_t{raw(n)} << 16 | raw(in);
}

}  // namespace

/// One message on its way into the books.
class engine::state::feeder {
public:
    feeder(state& s, const command& c, const feed_message& m, feed_report& out)
        : s_{s}, c_{c}, m_{m}, out_{out} {}

    void run();

private:
    struct booking {
        std::uint32_t row = 0;  // 0: a cell that a complete snapshot does not name
        cell_id cell{};
        granules figure = 0;
        granules change = 0;
    };

    [[nodiscard]] error check() const;
    [[nodiscard]] error check(const feed_row& r) const;
    [[nodiscard]] result<granules> figure_of(const feed_row& r) const;
    void reject(std::uint32_t row, sku_id sku, node_id node, section_id section, error why);
    void reject(std::uint32_t row, cell_id cell, error why);
    error read_rows();
    [[nodiscard]] bool needs_the_engine_alone() const { return gap_ || !fresh_.empty(); }
    error make_ready(const visit& v);
    error make_cells(const visit& v, std::span<const std::uint32_t> rows);
    [[nodiscard]] result<cell_id> make(const feed_row& r);
    void name_missing_cells();
    [[nodiscard]] error check_as_of() const;
    [[nodiscard]] granules change_of(const booking& b, const cell_sums& own_since) const;
    [[nodiscard]] bool fits_its_word(const booking& b) const;
    bool drops_out(booking& b, feed_source source, const cell_sums& own_since);
    error decide();
    error book(const visit& v);
    committed book(const visit& v, std::span<const booking> some);
    void accept(std::span<const booking> some, const committed& done) noexcept;
    void look_back();

    state& s_;
    const command& c_;
    const feed_message& m_;
    feed_report& out_;
    bool gap_ = false;
    std::vector<std::uint32_t> good_;                         // rows, from 1
    std::vector<std::uint32_t> fresh_;                        // of them, without a cell
    std::unordered_map<std::uint64_t, std::uint32_t> named_;  // a cell's name to its first row
    std::vector<granules> figures_;                           // by row
    std::vector<booking> bookings_;
    std::vector<std::uint32_t> cells_;
};

error engine::state::feeder::check() const {
    if (m_.source.empty()) return fail(error_code::empty_key);
    if (m_.source.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(m_.source.size()),
                    max_key_bytes);
    if (m_.sequence == 0 || m_.sequence > INT64_MAX)
        return fail(error_code::out_of_range, static_cast<std::int64_t>(m_.sequence), INT64_MAX);
    return {};
}

result<granules> engine::state::feeder::figure_of(const feed_row& r) const {
    const std::int64_t granule = s_.names.sku[index_of(r.sku)].granule;
    const bool signed_figure = m_.by == verb::delta || m_.basis == feed_basis::available;
    if (r.figure.atoms < 0 && !signed_figure) return fail(error_code::bad_quantity, r.figure.atoms);
    if (r.figure.atoms % granule != 0)
        return fail(error_code::not_a_multiple, r.figure.atoms, granule);
    const std::int64_t n = r.figure.atoms / granule;
    if (n > stock::max_on_hand || n < -stock::max_on_hand)
        return fail(error_code::out_of_range, r.figure.atoms,
                    (n < 0 ? -stock::max_on_hand : stock::max_on_hand) * granule);
    return static_cast<granules>(n);
}

void engine::state::feeder::reject(std::uint32_t row, sku_id sku, node_id node, section_id section,
                                   error why) {
    why.row = row;
    std::string text;
    if (index_of(sku) < s_.names.sku.size())
        text += "sku '" + std::string{s_.names.skus.key(raw(sku))} + "' ";
    if (index_of(node) < s_.names.node.size())
        text += "at '" + std::string{s_.names.nodes.key(raw(node))} + "'";
    if (s_.names.sections.exists(section))
        text += " in '" + std::string{s_.names.sections.keys.key(raw(section))} + "'";
    out_.rejected.push_back({row, why, text + ": " + to_string(why)});
}

void engine::state::feeder::reject(std::uint32_t row, cell_id cell, error why) {
    const auto& cells = s_.books.cells;
    reject(row, cells.sku_of(cell), cells.node_of(cell), cells.section_of(cell), why);
}

/// Does all that a row names exist?
error engine::state::feeder::check(const feed_row& r) const {
    if (index_of(r.sku) >= s_.names.sku.size()) return fail(error_code::unknown_sku, raw(r.sku));
    if (index_of(r.node) >= s_.names.node.size())
        return fail(error_code::unknown_node, raw(r.node));
    if (r.section != none<section_id> && !s_.names.sections.exists(r.section))
        return fail(error_code::unknown_section, raw(r.section));
    return {};
}

/// Sorts the rows into good, without a cell, and rejected.
error engine::state::feeder::read_rows() {
    for (const node_id n : m_.nodes)
        if (index_of(n) >= s_.names.node.size()) return fail(error_code::unknown_node, raw(n));
    for (const section_id x : m_.sections)
        if (!s_.names.sections.exists(x)) return fail(error_code::unknown_section, raw(x));
    figures_.assign(m_.rows.size(), 0);
    for (std::size_t i = 0; i < m_.rows.size(); ++i) {
        const feed_row& r = m_.rows[i];
        const auto row = static_cast<std::uint32_t>(i + 1);
        const auto refuse = [&](error e) { reject(row, r.sku, r.node, r.section, e); };
        if (const error e = check(r); e.code != error_code::ok) {
            refuse(e);
        } else if (const auto [first, fresh] =
                       named_.emplace(name_of_cell(r.sku, r.node, r.section), row);
                   !fresh) {
            refuse(fail(error_code::duplicate_row, first->second));
        } else if (const auto figure = figure_of(r); !figure) {
            refuse(figure.error());
        } else {
            figures_[i] = *figure;
            good_.push_back(row);
            if (!s_.books.cells.find(r.sku, r.node, r.section)) fresh_.push_back(row);
        }
    }
    return {};
}

/// Alone in the engine: makes the cells that rows name and, after a gap, takes the books as they
/// stand.
error engine::state::feeder::make_ready(const visit& v) {
    if (gap_) {
        if (const error e = s_.restart_memories(); e.code != error_code::ok) return e;
        gap_ = false;
    }
    const std::span all{fresh_};
    for (std::size_t i = 0; i < all.size(); i += rows_per_record) {
        const auto some = all.subspan(i, std::min(rows_per_record, all.size() - i));
        if (const error e = make_cells(v, some); e.code != error_code::ok) return e;
    }
    return {};
}

/// A cell is not undone, so its record has its room before it is made: once by a draft with the
/// largest numbers, and in the ring, of which nobody else takes meanwhile.
error engine::state::feeder::make_cells(const visit& v, std::span<const std::uint32_t> rows) {
    desk& d = v.desk;
    const auto begin = [&] {
        d.clear();
        d.record.begin(verb::load, v.now, c_.actor);
    };
    const auto record = [&](cell_id cell, const feed_row& r) {
        const std::int64_t fields[] = {raw(r.sku), raw(r.node), raw(r.section)};
        const std::size_t said = r.section == none<section_id> ? 2 : 3;
        d.record.intern(journal::intern_kind::cell,
                        {raw(cell), {}, std::span{fields}.first(said), {}});
    };
    begin();
    for (const std::uint32_t row : rows) record(none<cell_id>, m_.rows[row - 1]);
    if (const error e = s_.make_room(d); e.code != error_code::ok) return e;
    begin();
    error why;
    std::size_t made = 0;
    for (; made < rows.size(); ++made) {
        const feed_row& r = m_.rows[rows[made] - 1];
        const auto cell = make(r);
        if (!cell) {
            why = cell.error();
            break;
        }
        record(*cell, r);
    }
    if (made == 0) return why;
    const committed done = s_.commit(v);
    if (done.code == error_code::ok) return why;
    s_.halt("cells were made that the journal did not take");
    return fail(error_code::halted);
}

/// Throws nothing: no cell, or a whole one.
result<cell_id> engine::state::feeder::make(const feed_row& r) try {
    return s_.books.cells.make(r.sku, r.node, r.section);
} catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory);
}

/// What a complete snapshot covers and does not name is zero.
void engine::state::feeder::name_missing_cells() {
    if (!m_.complete) return;
    std::vector<bool> nodes(s_.names.node.size());
    std::vector<bool> everywhere(s_.names.sections.size());  // at all of these nodes
    std::unordered_set<std::uint32_t> places;                // looked up only
    const auto cover = [&](node_id n, section_id in) {
        nodes[index_of(n)] = true;
        places.insert(name_of_place(n, in));
    };
    for (const node_id n : m_.nodes) cover(n, none<section_id>);
    for (const feed_row& r : m_.rows)
        if (index_of(r.node) < nodes.size()) cover(r.node, r.section);
    for (const section_id s : m_.sections) everywhere[index_of(s)] = true;
    const auto look = [&](sku_id sku, cell_id c, node_id n, section_id in) {
        const bool listed =
            in != none<section_id> && nodes[index_of(n)] && everywhere[index_of(in)];
        if ((listed || places.contains(name_of_place(n, in))) &&
            !named_.contains(name_of_cell(sku, n, in)))
            bookings_.push_back({0, c, 0, 0});
    };
    for (std::uint32_t i = 0; i < s_.names.sku.size(); ++i) {
        const sku_id sku{i};
        s_.books.cells.each(sku, [&](cell_id c, node_id n) { look(sku, c, n, none<section_id>); });
        s_.books.cells.each_section(
            sku, [&](cell_id c, node_id n, section_id in) { look(sku, c, n, in); });
    }
}

error engine::state::feeder::check_as_of() const {
    if (m_.by == verb::delta) return {};
    const feed_memory& past = s_.feeds;
    const auto as_of = static_cast<std::int64_t>(raw(m_.as_of));
    if (raw(m_.as_of) > past.seen())
        return fail(error_code::out_of_range, as_of, static_cast<std::int64_t>(past.seen()));
    if (raw(m_.as_of) < past.horizon())
        return fail(error_code::feed_too_old, as_of, static_cast<std::int64_t>(past.horizon()));
    return {};
}

/// Both terms are of one prefix of the journal: what others commit meanwhile changes both.
granules engine::state::feeder::change_of(const booking& b, const cell_sums& own_since) const {
    if (m_.by == verb::delta) return b.figure;
    const cell_sums sums = s_.feeds.books(b.cell);
    const std::int64_t change = m_.basis == feed_basis::on_hand
                                    ? b.figure + own_since.on_hand - sums.on_hand
                                    : b.figure + own_since.free - sums.free;
    constexpr std::int64_t beyond_any_cell = 1 << 24;  // is refused when it is booked
    return static_cast<granules>(std::clamp(change, -beyond_any_cell, beyond_any_cell));
}

/// Takes can bring `free` down to the deepest floor before the correction is booked.
bool engine::state::feeder::fits_its_word(const booking& b) const {
    constexpr granules least = -(1 << 23);
    return std::min(s_.books.stock.free(b.cell), -stock::max_amount) + b.change >= least;
}

/// Stale, late and impossible rows; sets the change of the others.
bool engine::state::feeder::drops_out(booking& b, feed_source source, const cell_sums& own_since) {
    const feed_mark last =
        source == none<feed_source> ? feed_mark{} : s_.feeds.mark(source, b.cell);
    const bool late = m_.sequence <= last.sequence;
    const auto refuse = [&](error e) { reject(b.row, b.cell, e); };
    if (m_.by == verb::delta && late) {
        refuse(fail(error_code::late_delta, static_cast<std::int64_t>(m_.sequence),
                    static_cast<std::int64_t>(last.sequence)));
        return true;
    }
    if (m_.by == verb::snapshot && (late || raw(m_.as_of) < last.as_of)) {
        ++out_.stale;
        return true;
    }
    b.change = change_of(b, own_since);
    if (b.change >= 0 || fits_its_word(b)) return false;
    refuse(fail(error_code::over_debt));
    return true;
}

error engine::state::feeder::decide() {
    if (const error e = check_as_of(); e.code != error_code::ok) return e;
    for (const std::uint32_t row : good_) {
        const feed_row& r = m_.rows[row - 1];
        if (const auto cell = s_.books.cells.find(r.sku, r.node, r.section))
            bookings_.push_back({row, *cell, figures_[row - 1], 0});
        else
            reject(row, r.sku, r.node, r.section, fail(error_code::stock_moving));
    }
    name_missing_cells();
    const feed_source source = s_.feeds.source_of(m_.source);
    const auto own = m_.by == verb::delta ? std::unordered_map<std::uint32_t, cell_sums>{}
                                          : s_.feeds.own_after(raw(m_.as_of));
    std::erase_if(bookings_, [&](booking& b) {
        const auto since = own.find(raw(b.cell));
        return drops_out(b, source, since == own.end() ? cell_sums{} : since->second);
    });
    out_.changes.reserve(bookings_.size());
    out_.rejected.reserve(out_.rejected.size() + bookings_.size() + 1);
    return {};
}

committed engine::state::feeder::book(const visit& v, std::span<const booking> some) {
    desk& d = v.desk;
    d.clear();
    d.corrects = true;
    cells_.clear();
    for (const booking& b : some) {
        cells_.push_back(raw(b.cell));
        if (b.change != 0) d.stock.push_back({b.cell, b.change, b.change});
    }
    d.record.begin(m_.by, v.now, c_.actor);
    const std::int64_t fields[] = {
        static_cast<std::int64_t>(m_.sequence),
        m_.by == verb::delta ? feed_memory::as_before : static_cast<std::int64_t>(raw(m_.as_of))};
    d.record.intern(journal::intern_kind::feed,
                    s_.feeds.op_of(s_.feeds.source_of(m_.source), m_.source, fields, cells_));
    s_.record_cells(d);
    s_.feeds.behind = true;
    return s_.commit(v);
}

/// decide() has made room for it: what is booked is told.
void engine::state::feeder::accept(std::span<const booking> some, const committed& done) noexcept {
    out_.at = position{done.position};
    for (const booking& b : some) {
        ++(b.row == 0 ? out_.zeroed : out_.accepted);
        if (b.change == 0) continue;
        const sku_id sku = s_.books.cells.sku_of(b.cell);
        out_.changes.push_back({b.row,
                                sku,
                                s_.books.cells.node_of(b.cell),
                                s_.to_quantity(sku, b.change),
                                {},
                                s_.books.cells.section_of(b.cell)});
    }
}

error engine::state::feeder::book(const visit& v) {
    const std::span all{bookings_};
    for (std::size_t i = 0; i < all.size(); i += rows_per_record) {
        const auto some = all.subspan(i, std::min(rows_per_record, all.size() - i));
        const committed whole = book(v, some);
        if (whole.code == error_code::ok) accept(some, whole);
        const auto is_a_rows = [](error_code e) {
            return e == error_code::stock_overflow || e == error_code::over_debt;
        };
        if (whole.code != error_code::ok && !is_a_rows(whole.code)) return fail(whole.code);
        for (std::size_t k = 0; whole.code != error_code::ok && k < some.size(); ++k) {
            const auto one = some.subspan(k, 1);
            const committed done = book(v, one);
            const cell_id cell = one.front().cell;
            const sku_id sku = s_.books.cells.sku_of(cell);
            if (done.code == error_code::ok)
                accept(one, done);
            else if (is_a_rows(done.code))
                reject(one.front().row, cell,
                       fail(done.code, s_.to_quantity(sku, one.front().change).atoms,
                            s_.to_quantity(sku, s_.books.cells.on_hand(cell)).atoms));
            else
                return fail(done.code);
            if (const error e = s_.catch_up(); e.code != error_code::ok) return e;
        }
        if (const error e = s_.catch_up(); e.code != error_code::ok) return e;
    }
    return {};
}

/// What the message left without goods.
void engine::state::feeder::look_back() {
    std::vector<cell_id> cells;
    for (feed_change& c : out_.changes) {
        const cell_id cell = *s_.books.cells.find(c.sku, c.node, c.section);
        c.shortfall = s_.to_quantity(c.sku, std::max(0, -s_.books.stock.free(cell)));
        cells.push_back(cell);
    }
    std::sort(cells.begin(), cells.end());
    out_.uncovered = s_.uncovered(cells);
    std::ranges::stable_sort(out_.rejected, {}, &rejected_row::row);
}

void engine::state::feeder::run() {
    if (out_.why = check(); out_.why.code != error_code::ok) return;
    const std::unique_lock lock{s_.feeds.lock, std::try_to_lock};
    if (!lock) {
        out_.why = fail(error_code::stock_moving);
        return;
    }
    const auto read = s_.stay<result<bool>>(c_, [&](const visit& v) -> result<bool> {
        const error denied = gate{s_}.pass(v, c_, m_.by);
        if (denied.code != error_code::ok) return denied;
        const error e = s_.catch_up();
        gap_ = e.code == error_code::cursor_too_old;
        if (e.code != error_code::ok && !gap_) return e;
        if (!gap_)
            if (const error bad = check_as_of(); bad.code != error_code::ok) return bad;
        if (const error bad = read_rows(); bad.code != error_code::ok) return bad;
        return true;
    });
    out_.why = read.error();
    if (!read) return;
    if (needs_the_engine_alone()) {
        const auto made = s_.alone<result<bool>>(c_, [&](const visit& v) -> result<bool> {
            const error e = make_ready(v);
            return e.code == error_code::ok ? result<bool>{true} : result<bool>{e};
        });
        out_.why = made.error();
        if (!made && (gap_ || out_.why.code != error_code::stock_moving)) return;
    }
    const auto booked = s_.stay<result<bool>>(c_, [&](const visit& v) -> result<bool> {
        error e = s_.catch_up();
        if (e.code == error_code::ok) e = decide();
        out_.why = e;
        if (e.code != error_code::ok) return e;
        e = book(v);
        look_back();
        return e.code == error_code::ok ? result<bool>{true} : result<bool>{e};
    });
    if (booked || out_.why.code != error_code::ok) return;
    if (out_.at == position{})
        out_.why = booked.error();
    else
        reject(0, none<sku_id>, none<node_id>, none<section_id>, booked.error());
}

feed_report engine::state::feed(const command& c, const feed_message& m) {
    feed_report out;
    try {
        feeder{*this, c, m, out}.run();
    } catch (const std::bad_alloc&) {
        if (out.at == position{})
            out.why = fail(error_code::out_of_memory);
        else  // there is room for it: decide()
            out.rejected.push_back({0, fail(error_code::out_of_memory), {}});
    }
    return out;
}

// ---- the door ----------------------------------------------------------------------------------

feed_report engine::snapshot(const command& c, const snapshot_request& r) {
    return state_->feed(c, {verb::snapshot, r.source, r.sequence, r.as_of, r.basis, r.complete,
                            r.rows, r.nodes, r.sections});
}

feed_report engine::delta(const command& c, const delta_request& r) {
    return state_->feed(c, {verb::delta, r.source, r.sequence, {}, {}, false, r.rows, {}, {}});
}

}  // namespace earmark
