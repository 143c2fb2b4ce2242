// STORIES of the real engine: what is told of an order, played from its beginning, is the order as
// it stands; and the trail has everything that the movements have.
#include <algorithm>
#include <map>
#include <tuple>

#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"
#include "side_by_side.hpp"

namespace earmark::streams {
namespace {

using stand = std::tuple<std::uint32_t, unit_state, std::string, node_id>;
using units = std::map<stand, std::int64_t>;

void move(units& of, const stand& at, std::int64_t n) {
    auto& sum = of[at];
    sum += n;
    if (sum == 0) of.erase(at);
}

units played(const told_story& of) {
    units all;
    for (const units_before& u : of.before)
        move(all, {u.line, u.state, std::string{u.label}, u.node}, u.amount.atoms);
    for (const trail_row& r : of.rows) {
        const stand after{r.line, r.to, std::string{r.to_label}, r.node};
        const stand birth{r.line, unit_state::open, {}, none<node_id>};
        const stand before{r.line, r.from, std::string{r.from_label}, r.from_node};
        if (r.kind == trail_kind::placed) move(all, birth, r.amount.atoms);
        if (r.kind != trail_kind::moved) continue;
        move(all, before, -r.amount.atoms);
        move(all, after, r.amount.atoms);
    }
    return all;
}

units standing(const order_view& of) {
    units all;
    for (const bucket_view& b : of.buckets)
        move(all, {b.line, b.state, std::string{b.label}, b.node}, b.amount.atoms);
    return all;
}

/// What is wrong with the versions of its rows; empty: they ascend by one, from the birth on where
/// it is whole.
std::string wrong_versions(const told_story& of) {
    std::uint32_t last = 0;
    position at{};
    for (const trail_row& r : of.rows) {
        const bool is_next = r.at != at;
        if (last != 0 && r.version != last && !is_next) return "a record with two versions";
        if (is_next && last == 0 && of.whole && r.version != 1) return "a birth that is not 1";
        const bool is_denied = r.kind == trail_kind::denied;  // of the version that there was
        if (is_next && r.version <= last && !(is_denied && r.version == last))
            return "versions that do not ascend";
        last = r.version;
        at = r.at;
    }
    return last > of.version ? "more versions than there are" : "";
}

}  // namespace

void side_by_side::compare_stories(bool all) {
    for (const pair_of_ids& o : touched_orders_) compare_story(o.real);
    for (std::uint64_t o = 0; all && o < naive_.orders(); ++o) compare_story(o);
    if (all) compare_trail();
}

void side_by_side::compare_story(std::uint64_t id) {
    const auto told = story(*real_, order_id{id});
    const auto view = real_->order(order_id{id});
    if (told.error().code != view.error().code) return differ("a story that cannot be told");
    if (!told) return;
    same("a story's version", told->version, view->version);
    same("a story's key", told->key, view->key);
    if (played(*told) != standing(*view))
        differ("the story of " + view->key + " ends elsewhere:\n" + report::text_of(*told));
    if (const std::string wrong = wrong_versions(*told); !wrong.empty())
        differ(view->key + ": " + wrong + "\n" + report::text_of(*told));
    compare_denied(*told);
    if (!report::svg_of(*told).ends_with("</svg>\n")) differ("a story that is not drawn");
}

/// From the first record on, however often the engine was recovered.
void side_by_side::compare_trail() {
    std::size_t moved = 0, told = 0;
    for (position next{};;) {
        const auto page = real_->movements(next, 100);
        if (!page) return differ("movements that end: " + real_->describe(page.error()));
        if (page->next == next) break;
        moved += page->rows.size();
        next = page->next;
    }
    for (position next{};;) {
        const auto page = trail(*real_, {}, next, 64);
        if (!page) return differ("a trail that ends: " + real_->describe(page.error()));
        if (page->next == next) break;
        next = page->next;
        told += static_cast<std::size_t>(std::ranges::count_if(page->rows, [](const trail_row& r) {
            const bool is_relabelled = r.by == verb::migrate;  // another name, and no movement
            return (r.kind == trail_kind::moved || r.kind == trail_kind::placed) && !is_relabelled;
        }));
        if (report::text_of(page->rows).empty() != page->rows.empty())
            differ("rows of the trail without words");
    }
    same("movements of the trail", told, moved);
}

}  // namespace earmark::streams
