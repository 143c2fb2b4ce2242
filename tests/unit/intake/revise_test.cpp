// What differs between an order and a new full version of its text.
#include "earmark/intake/revise.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace earmark::intake {
namespace {

constexpr sku_id mug{0}, cable{1};  // a cable has granules of 50
constexpr node_id leeds{3};

struct pair {
    lifecycle::image order;
    std::vector<lifecycle::asked> asked;
    std::vector<order_line> lines;
    order_request text;

    pair() {
        order.kind = subject_kind::order;
        order.currency = currency::parse("GBP")->code();
        text.currency = *currency::parse("GBP");
    }
    void has(sku_id sku, granules n, std::int64_t price, node_id firm = none<node_id>,
             unit_state state = unit_state::open) {
        const auto line = static_cast<std::uint16_t>(order.lines.size());
        order.lines.push_back({sku, n, price, 0, 0, 0, firm});
        order.buckets.push_back({none<cell_id>, n, line, state});
    }
    void wants(sku_id sku, std::int64_t atoms, std::int64_t price, node_id node = none<node_id>) {
        lines.push_back({sku, {atoms}, price, node});
        text.lines = lines;
    }
    /// "2:1=3 " is line 2, which row 1 has, to 3 atoms; "+" a line that is new.
    [[nodiscard]] std::string told() const {
        const std::vector<sku_facts> skus{{}, {2, 50}};
        const revision_draft d = revise(order, asked, text, skus);
        std::string out;
        for (std::size_t i = 0; i < d.lines.size(); ++i) {
            const line_change& c = d.lines[i];
            out += c.line == 0 ? "+" : std::to_string(c.line);
            out += ":" + std::to_string(d.rows[i]);
            if (c.amount) out += "=" + std::to_string(c.amount->atoms);
            if (c.node && c.line != 0) out += "@" + std::to_string(raw(*c.node));
            out += " ";
        }
        for (const fixed_field f : d.fixed) out += std::string{name_of(f)} + " ";
        return out;
    }
};

TEST_CASE("an order and its own text do not differ, in whatever order the lines stand") {
    pair p;
    p.has(mug, 2, 100);
    p.has(cable, 3, 100);
    p.has(mug, 4, 100, leeds);
    p.wants(mug, 4, 100, leeds);
    p.wants(cable, 150, 100);
    p.wants(mug, 2, 100);
    CHECK(p.told() == "");
}

TEST_CASE("lines that are alike are matched first, then those of a node, then those of the goods") {
    pair p;
    p.has(mug, 2, 100);
    p.has(mug, 3, 100, leeds);
    p.has(mug, 4, 100);
    p.wants(mug, 4, 100);
    p.wants(mug, 9, 100, leeds);
    p.wants(mug, 5, 100, leeds);
    CHECK(p.told() == "1:3=5@3 2:2=9 ");
}

TEST_CASE("what only one of them has is to go, or is new; another price is another line") {
    pair p;
    p.has(mug, 2, 100);
    p.has(cable, 1, 100);
    p.wants(mug, 2, 90);
    CHECK(p.told() == "1:0=0 2:0=0 +:1=2 ");
}

TEST_CASE("a line whose units are all cancelled, or asked to be, stands for nothing") {
    pair p;
    p.has(mug, 2, 100, none<node_id>, unit_state::cancelled);
    p.has(mug, 3, 100, none<node_id>, unit_state::released);
    lifecycle::asked a;
    a.kind = request_kind::cancel;
    a.line = 1;
    a.n = 3;
    p.asked.push_back(a);
    p.has(cable, 1, 100);
    p.wants(cable, 50, 100);
    CHECK(p.told() == "");
    p.wants(mug, 2, 100);
    CHECK(p.told() == "+:2=2 ");
}

TEST_CASE("what no amendment changes is named") {
    pair p;
    p.has(mug, 1, 100);
    p.wants(mug, 1, 100);
    p.text.currency = *currency::parse("USD");
    p.text.type = order_type::purchase;
    p.text.to = leeds;
    CHECK(p.told() == "currency type to ");
}

}  // namespace
}  // namespace earmark::intake
