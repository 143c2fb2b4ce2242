#include "keep_back_reader.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "strategy_text.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr std::string_view of_line = "line.";
constexpr std::string_view own_key = "line.sku";  // known without being declared

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

bool comes_first(const goods_class& a, const goods_class& b) {
    return std::tie(a.attribute, a.value) < std::tie(b.attribute, b.value);
}

std::optional<goods_class> read_class(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view name = without_blanks(text.substr(0, colon));
    const std::string_view value = without_blanks(text.substr(colon + 1));
    if (name.empty() || value.empty() || value.size() > max_attribute_text) return {};
    if (has_controls(name) || has_controls(value)) return {};  // they have no canonical spelling
    const bool is_whole = name.starts_with(of_line);
    return goods_class{(is_whole ? std::string{} : std::string{of_line}).append(name),
                       std::string{value}};
}

const toml::table* table_of(const toml::table& from) {
    const toml::node* node = from.get("keep_back");
    return node == nullptr ? nullptr : node->as_table();
}

/// May some goods be of all these classes? Not where one attribute has two values.
bool may_meet(const policy_terms& t, std::uint64_t classes) {
    for (std::size_t b = 0; b < t.classes.size(); ++b)
        for (std::size_t a = 0; a < b; ++a)
            if ((classes >> a & 1) != 0 && (classes >> b & 1) != 0 &&
                t.classes[a].attribute == t.classes[b].attribute)
                return false;
    return true;
}

}  // namespace

std::optional<kept_key> read_kept_key(std::string_view key) {
    constexpr std::string_view plus = " + ";
    const std::size_t end = key.find(plus);
    const bool is_plain = end == std::string_view::npos;  // then it has one spelling
    const std::string_view kind = is_plain ? key : without_blanks(key.substr(0, end));
    const auto at = std::find(kind_names.begin(), kind_names.end(), kind);
    if (at == kind_names.end()) return {};
    kept_key out{static_cast<node_kind>(at - kind_names.begin()), {}};
    for (std::size_t from = end; from != std::string_view::npos;) {
        const std::size_t next = key.find(plus, from + plus.size());
        const std::size_t begin = from + plus.size();
        const auto one = read_class(key.substr(begin, next - begin));
        if (!one) return {};
        out.classes.push_back(*one);
        from = next;
    }
    std::sort(out.classes.begin(), out.classes.end(), comes_first);
    return out;
}

void keep_back_reader::collect(const toml::table& root) {
    collect_from(root, root);
    if (const toml::node* list = root.get("strategy"); list != nullptr && list->is_array())
        for (const toml::node& one : *list->as_array())
            if (const toml::table* strategy = one.as_table()) collect_from(*strategy, root);
    std::sort(all_.begin(), all_.end(), comes_first);
    all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
    if (all_.size() <= max_goods_classes) return;
    in_.found().add(error_code::out_of_range, {},
                    "'keep_back' names " + std::to_string(all_.size()) +
                        " classes of goods; a policy has at most " +
                        std::to_string(max_goods_classes) +
                        ": load an attribute of SKUs that puts some of them together");
    all_.resize(max_goods_classes);
}

void keep_back_reader::collect_from(const toml::table& from, const toml::table& root) {
    const toml::table* kept = table_of(from);
    if (kept == nullptr) return;
    for (const auto& [key, units] : *kept) {
        const auto known = read_kept_key(key.str());
        if (!known) continue;
        for (const goods_class& of : known->classes) {
            check_class(units, key.str(), of, root);
            all_.push_back(of);
        }
    }
}

void keep_back_reader::check_class(const toml::node& at, std::string_view key,
                                   const goods_class& of, const toml::table& root) {
    if (of.attribute == own_key) return;
    const toml::node* declared = root.get("attributes");
    const toml::table* all = declared == nullptr ? nullptr : declared->as_table();
    const toml::node* type = all == nullptr ? nullptr : all->get(of.attribute);
    if (type != nullptr && type->value_exact<std::string_view>() == "text") return;
    in_.refuse(error_code::bad_attribute, at,
               quoted(key) + " asks " + quoted(of.attribute) +
                   ", which is no text that [attributes] declares; write there \"" +
                   shown(of.attribute) + "\" = \"text\", and load facts of it");
}

std::uint64_t keep_back_reader::bits_of(const std::vector<goods_class>& of) const {
    std::uint64_t bits = 0;
    for (const goods_class& one : of) {
        const auto at = std::lower_bound(all_.begin(), all_.end(), one, comes_first);
        if (at != all_.end() && *at == one) bits |= std::uint64_t{1} << (at - all_.begin());
    }
    return bits;
}

void keep_back_reader::read(const toml::table& from, policy_terms& into) const {
    into.classes = all_;
    const toml::node* node = from.get("keep_back");
    if (node == nullptr) return;
    into.keep_back = {};
    into.kept.clear();
    if (node->value_exact<std::string_view>() == "none") return;
    if (node->is_integer()) {
        into.keep_back.fill(in_.whole_number(from, "keep_back", 0, max_keep_back));
        return;
    }
    const toml::table* kept = node->as_table();
    if (kept == nullptr)
        return in_.refuse(error_code::bad_field, *node,
                          "'keep_back' is a table, a whole number, or \"none\"; write for example "
                          "keep_back = { store = 2 }");
    for (const auto& [key, units] : *kept) read_entry(*kept, key, into);
    sort_kept(into.kept);
    if (into.kept.size() > max_kept_goods)
        return in_.refuse(error_code::out_of_range, *node,
                          "'keep_back' has at most " + std::to_string(max_kept_goods) +
                              " entries for classes of goods");
    check_clear(*node, into);
}

void keep_back_reader::read_entry(const toml::table& kept, const toml::key& name,
                                  policy_terms& into) const {
    const std::string_view key = name.str();
    const toml::node& at = *kept.get(key);
    const auto known = read_kept_key(key);
    if (!known) {
        const bool is_plain = key.find('+') == std::string_view::npos;
        const std::string hint = is_plain ? hint_for(key, kind_names)
                                          : std::string{
                                                "; write for example \"store + "
                                                "category:outerwear\" = 4"};
        return in_.found().add(error_code::unknown_field, place_of(name.source()),
                               "unknown key " + quoted(key) + " in [keep_back]" + hint);
    }
    const std::int64_t units = in_.whole_number(kept, key, 0, max_keep_back);
    if (known->classes.empty()) {
        into.keep_back[static_cast<std::size_t>(known->kind)] = units;
        return;
    }
    const kept_goods entry{known->kind, bits_of(known->classes), units};
    if (!may_meet(into, entry.classes) ||
        std::popcount(entry.classes) != static_cast<int>(known->classes.size()))
        return in_.refuse(
            error_code::bad_policy, at,
            "no goods are of all classes of " + quoted(key) + "; name each attribute once");
    for (const kept_goods& other : into.kept)
        if (other.kind == entry.kind && other.classes == entry.classes)
            return in_.refuse(error_code::duplicate_row, at,
                              quoted(key) + " is for the same goods as another entry; keep one");
    into.kept.push_back(entry);
}

/// Of two entries that fit the same goods one is more specific, or a third one is and decides.
void keep_back_reader::check_clear(const toml::node& at, const policy_terms& t) const {
    for (std::size_t b = 0; b < t.kept.size(); ++b)
        for (std::size_t a = 0; a < b; ++a) {
            const kept_goods &x = t.kept[a], &y = t.kept[b];
            const std::uint64_t both = x.classes | y.classes;
            if (x.kind != y.kind || both == x.classes || both == y.classes || !may_meet(t, both))
                continue;
            const auto decides = [&](const kept_goods& z) {
                return z.kind == x.kind && z.classes == both;
            };
            if (std::any_of(t.kept.begin(), t.kept.end(), decides)) continue;
            return in_.refuse(error_code::duplicate_row, at,
                              quoted(kept_text(t, x)) + " and " + quoted(kept_text(t, y)) +
                                  " may fit the same goods, and neither is more specific; add \"" +
                                  shown(kept_text(t, {x.kind, both, 0})) + "\"");
        }
}

void sort_kept(std::vector<kept_goods>& all) {
    const auto rank = [](const kept_goods& k) {
        return std::tuple{k.kind, -std::popcount(k.classes), k.classes};
    };
    std::sort(all.begin(), all.end(),
              [&](const kept_goods& a, const kept_goods& b) { return rank(a) < rank(b); });
}

std::string kept_text(const policy_terms& of, const kept_goods& entry) {
    std::string out{kind_names[static_cast<std::size_t>(entry.kind)]};
    for (std::size_t c = 0; c < of.classes.size(); ++c) {
        if ((entry.classes >> c & 1) == 0) continue;
        out.append(" + ").append(of.classes[c].attribute, of_line.size());
        out.append(":").append(of.classes[c].value);
    }
    return out;
}

std::vector<std::string> keep_back_entries(const policy_terms& of) {
    std::vector<std::string> out;
    for (std::size_t k = 0; k < node_kinds; ++k)
        out.push_back(std::string{kind_names[k]} + " = " + std::to_string(of.keep_back[k]));
    for (const kept_goods& entry : of.kept)
        out.push_back(quoted_text(kept_text(of, entry)) + " = " + std::to_string(entry.units));
    return out;
}

}  // namespace earmark::sourcing::detail

std::int64_t earmark::sourcing::kept_units(const policy_terms& of, node_kind at,
                                           std::uint64_t classes) noexcept {
    if (classes != 0)
        for (const kept_goods& entry : of.kept)
            if (entry.kind == at && (entry.classes & ~classes) == 0) return entry.units;
    return of.keep_back[static_cast<std::size_t>(at)];
}
