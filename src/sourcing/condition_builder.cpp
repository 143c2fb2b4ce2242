#include "condition_builder.hpp"

#include <algorithm>
#include <iterator>

#include "policy_text.hpp"

namespace earmark::sourcing {
namespace {

std::string in_quotes(std::string_view text) { return '\'' + detail::shown(text) + '\''; }

}  // namespace

condition_builder::condition_builder(std::span<const attribute> known) : known_{known} {
    for (const attribute& a : known) {
        made_.of_line_.push_back(a.of_line);
        made_.type_.push_back(a.type);
    }
}

std::string condition_builder::name(std::string_view text) {
    const auto at = std::find_if(known_.begin(), known_.end(),
                                 [&](const attribute& a) { return a.name == text; });
    if (at == known_.end()) {
        std::vector<std::string_view> names;
        for (const attribute& a : known_) names.push_back(a.name);
        return "unknown attribute " + in_quotes(text) + detail::hint_for(text, names);
    }
    if (at->of_line && inside_ == 0)
        return in_quotes(text) + " is of a line; write any(" + std::string{text} +
               " ...) or every(...)";
    named_ = static_cast<std::uint16_t>(at - known_.begin());
    first_ = static_cast<std::uint16_t>(made_.literals_.size());
    return {};
}

std::string condition_builder::literal() {
    const attribute& of = known_[named_];
    condition::literal& l = made_.literals_.emplace_back();
    const std::string is = in_quotes(of.name) + " is " + std::string{name_of(of.type)};
    switch (of.type) {
        case value_type::text:
            if (said_ != value_type::text) return is + "; quote " + in_quotes(value_);
            l.text = value_;
            return {};
        case value_type::flag:
            if (said_ != value_type::flag)
                return is + "; compare it with true or false, or not at all";
            l.n = value_ == "true" ? 1 : 0;
            return {};
        case value_type::money:
        case value_type::number:
            break;
    }
    const bool is_money = of.type == value_type::money;
    if (is_money && said_ != value_type::text)
        return is + ", which is quoted text, for example \"150.00\"";
    if (!is_money && said_ != value_type::number) return is + "; write it without quotes";
    const auto n = detail::number_e4(value_);
    if (!n) return is + ": digits with at most 4 decimals; " + in_quotes(value_) + " is none";
    l.n = *n;
    return {};
}

std::string condition_builder::leaf(kind k) {
    const attribute& of = known_[named_];
    const bool has_order = of.type == value_type::number || of.type == value_type::money;
    if (k == kind::flag && of.type != value_type::flag)
        return in_quotes(of.name) + " is " + std::string{name_of(of.type)} +
               "; compare it with a value, or ask has(" + of.name + ")";
    if (k == kind::compare && !has_order && by_ != order::equal && by_ != order::other)
        return in_quotes(of.name) + " is " + std::string{name_of(of.type)} +
               "; compare it with == or !=";
    if (++count_ > max_condition_terms)
        return "a condition has at most " + std::to_string(max_condition_terms) +
               " comparisons; make two strategies of it";
    condition::term t;
    t.is = k;
    t.by = k == kind::compare ? by_ : order::equal;
    t.attribute = named_;
    if (k == kind::compare || k == kind::one_of) {
        t.first = first_;
        t.count = static_cast<std::uint16_t>(made_.literals_.size() - first_);
    }
    tree_.push_back({t, {}});
    return {};
}

std::string condition_builder::open_lines() {
    open();
    return ++inside_ > 1 ? "any() and every() are about one line; they do not nest" : std::string{};
}
void condition_builder::join_lines(kind k) {
    --inside_;
    join(k, true);
}

void condition_builder::join(kind k, bool always) {
    const std::size_t from = opened_.back();
    opened_.pop_back();
    if (!always && tree_.size() == from + 1) return;
    if (k == kind::neither && tree_.back().self.is == k) {  // not (not x) is x
        branch inner = std::move(tree_.back().parts.front());
        tree_.back() = std::move(inner);
        return;
    }
    branch b;
    b.self.is = k;
    const auto first = tree_.begin() + static_cast<std::ptrdiff_t>(from);
    b.parts.assign(std::make_move_iterator(first), std::make_move_iterator(tree_.end()));
    tree_.erase(first, tree_.end());
    tree_.push_back(std::move(b));
}

void condition_builder::flatten(const branch& b) {
    const std::size_t at = made_.terms_.size();
    made_.terms_.push_back(b.self);
    for (const branch& part : b.parts) flatten(part);
    made_.terms_[at].size = static_cast<std::uint16_t>(made_.terms_.size() - at);
    const bool names_one = b.self.is >= kind::compare;
    if (names_one) made_.uses_.push_back(b.self.attribute);
}

condition condition_builder::finish() {
    flatten(tree_.front());
    std::sort(made_.uses_.begin(), made_.uses_.end());
    made_.uses_.erase(std::unique(made_.uses_.begin(), made_.uses_.end()), made_.uses_.end());
    made_.text_ = made_.words(0, known_);
    if (made_.text_.front() == '(') made_.text_ = made_.text_.substr(1, made_.text_.size() - 2);
    return std::move(made_);
}

// ---- literals ----------------------------------------------------------------------------------

namespace detail {

std::optional<std::int64_t> number_e4(std::string_view text) noexcept {
    constexpr std::int64_t most = INT64_MAX / 100'000;
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::int64_t n = 0;
    int decimals = -1;
    bool any = false;
    for (const char c : text) {
        if (c == '.' && decimals < 0 && any) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals == 4 || n > most) return {};
        n = n * 10 + (c - '0');
        any = true;
        if (decimals >= 0) ++decimals;
    }
    if (!any || decimals == 0) return {};
    for (int i = std::max(0, decimals); i < 4; ++i) {
        if (n > most) return {};
        n *= 10;
    }
    return negative ? -n : n;
}

static std::string in_double_quotes(const std::string& text) {
    std::string out{'"'};
    out += text;
    return out += '"';
}

std::string literal_text(value_type t, std::int64_t n, std::string_view text) {
    if (t == value_type::flag) return n != 0 ? "true" : "false";
    std::string out;
    if (t == value_type::text) {
        for (const char c : text)
            out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        return in_double_quotes(out);
    }
    const std::uint64_t size =
        n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
    std::string part = std::to_string(size % 10'000);
    part.insert(0, 4 - part.size(), '0');
    const std::size_t least = t == value_type::money ? 2 : 0;
    while (part.size() > least && part.back() == '0') part.pop_back();
    if (n < 0) out += '-';
    out += std::to_string(size / 10'000);
    if (!part.empty()) out += '.', out += part;
    return t == value_type::money ? in_double_quotes(out) : out;
}

}  // namespace detail
}  // namespace earmark::sourcing
