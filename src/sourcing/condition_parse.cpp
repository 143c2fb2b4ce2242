// Reads conditions: the grammar as PEGTL rules, and actions that build the terms.
#include <algorithm>
#include <tao/pegtl.hpp>

#include "condition_builder.hpp"

namespace earmark::sourcing {

namespace pegtl = tao::pegtl;

namespace grammar {
using namespace pegtl;  // NOLINT: the rules below are its words

struct blank : star<space> {};
template <char... C>
struct word : seq<string<C...>, not_at<sor<identifier_other, one<'.'>>>> {};
struct reserved : sor<word<'a', 'n', 'd'>, word<'o', 'r'>, word<'n', 'o', 't'>, word<'i', 'n'>,
                      word<'t', 'r', 'u', 'e'>, word<'f', 'a', 'l', 's', 'e'>> {};
struct part : seq<ranges<'a', 'z', '_', '_'>, star<ranges<'a', 'z', '0', '9', '_', '_'>>> {};
struct name : seq<not_at<reserved>, list<part, one<'.'>>> {};

struct text_body : star<sor<seq<one<'\\'>, one<'"', '\\'>>, not_one<'"', '\\', '\n'>>> {};
struct text_end : one<'"'> {};
struct text : seq<one<'"'>, text_body, must<text_end>> {};
struct number : seq<opt<one<'-'>>, plus<digit>, opt<one<'.'>, plus<digit>>> {};
struct truth : sor<word<'t', 'r', 'u', 'e'>, word<'f', 'a', 'l', 's', 'e'>> {};
struct value : sor<text, number, truth> {};

struct equal : string<'=', '='> {};
struct other : string<'!', '='> {};
struct most : string<'<', '='> {};
struct least : string<'>', '='> {};
struct less : one<'<'> {};
struct more : one<'>'> {};
struct sign : sor<equal, other, most, least, less, more> {};

struct comparison_end : success {};
struct one_of_end : success {};
struct flag_end : success {};
struct list_begin : one<'['> {};
struct list_end : one<']'> {};
struct values : list_must<value, one<','>, space> {};
struct one_of : seq<word<'i', 'n'>, blank, must<list_begin>, blank, must<values>, blank,
                    must<list_end>, one_of_end> {};
struct comparison : seq<sign, blank, must<value>, comparison_end> {};
struct subject : seq<name, blank, sor<one_of, comparison, flag_end>> {};

struct whole;
struct close : one<')'> {};
struct has_name : name {};
struct has
    : seq<string<'h', 'a', 's'>, blank, one<'('>, blank, must<has_name>, blank, must<close>> {};
struct any_open : seq<string<'a', 'n', 'y'>, blank, one<'('>> {};
struct every_open : seq<string<'e', 'v', 'e', 'r', 'y'>, blank, one<'('>> {};
struct any_lines : seq<any_open, must<whole>, must<close>> {};
struct every_line : seq<every_open, must<whole>, must<close>> {};
struct group : seq<one<'('>, must<whole>, must<close>> {};
struct negation;
struct operand : sor<negation, any_lines, every_line, has, group, subject> {};
struct negation_open : word<'n', 'o', 't'> {};
struct negation : seq<negation_open, blank, must<operand>> {};
struct all_open : success {};
struct all : seq<all_open, operand, star<blank, word<'a', 'n', 'd'>, blank, must<operand>>> {};
struct some_open : success {};
struct some : seq<some_open, all, star<blank, word<'o', 'r'>, blank, must<all>>> {};
struct whole : seq<blank, some, blank> {};
struct text_of_all : must<whole, eof> {};
}  // namespace grammar

namespace {

template <class Rule>
struct action : pegtl::nothing<Rule> {};

/// A finding of an action, at the rule's begin.
template <class Input>
void refuse(const Input& in, const std::string& sentence) {
    if (!sentence.empty()) throw pegtl::parse_error(sentence, in.position());
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

template <>
struct action<grammar::name> {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        refuse(in, to.name(in.string_view()));
    }
};
template <>
struct action<grammar::has_name> {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        refuse(in, to.name(in.string_view()));
        refuse(in, to.leaf(condition_builder::kind::has));
    }
};
template <>
struct action<grammar::text_body> {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        const std::string_view all = in.string_view();
        if (std::any_of(all.begin(), all.end(), [](char c) { return is_control(c) && c != '\t'; }))
            refuse(in, "a control character in a text; no key and no name has one");
        std::string text;
        for (std::string_view s = in.string_view(); !s.empty(); s.remove_prefix(1)) {
            if (s.front() == '\\') s.remove_prefix(1);
            text += s.front();
        }
        to.written(value_type::text, std::move(text));
    }
};
template <value_type Type>
struct plain_value {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        to.written(Type, in.string());
    }
};
template <>
struct action<grammar::number> : plain_value<value_type::number> {};
template <>
struct action<grammar::truth> : plain_value<value_type::flag> {};
template <>
struct action<grammar::value> {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        refuse(in, to.literal());
    }
};
template <condition_builder::order By>
struct is_sign {
    static void apply0(condition_builder& to) { to.sign(By); }
};
template <>
struct action<grammar::equal> : is_sign<condition_builder::order::equal> {};
template <>
struct action<grammar::other> : is_sign<condition_builder::order::other> {};
template <>
struct action<grammar::less> : is_sign<condition_builder::order::less> {};
template <>
struct action<grammar::most> : is_sign<condition_builder::order::most> {};
template <>
struct action<grammar::more> : is_sign<condition_builder::order::more> {};
template <>
struct action<grammar::least> : is_sign<condition_builder::order::least> {};

template <condition_builder::kind Kind>
struct ends_leaf {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        refuse(in, to.leaf(Kind));
    }
};
template <>
struct action<grammar::comparison_end> : ends_leaf<condition_builder::kind::compare> {};
template <>
struct action<grammar::one_of_end> : ends_leaf<condition_builder::kind::one_of> {};
template <>
struct action<grammar::flag_end> : ends_leaf<condition_builder::kind::flag> {};

struct opens {
    static void apply0(condition_builder& to) { to.open(); }
};
template <>
struct action<grammar::all_open> : opens {};
template <>
struct action<grammar::some_open> : opens {};
template <>
struct action<grammar::negation_open> : opens {};

template <condition_builder::kind Kind, bool Always>
struct joins {
    static void apply0(condition_builder& to) { to.join(Kind, Always); }
};
template <>
struct action<grammar::all> : joins<condition_builder::kind::all, false> {};
template <>
struct action<grammar::some> : joins<condition_builder::kind::some, false> {};
template <>
struct action<grammar::negation> : joins<condition_builder::kind::neither, true> {};

struct opens_lines {
    template <class Input>
    static void apply(const Input& in, condition_builder& to) {
        refuse(in, to.open_lines());
    }
};
template <>
struct action<grammar::any_open> : opens_lines {};
template <>
struct action<grammar::every_open> : opens_lines {};
template <condition_builder::kind Kind>
struct closes_lines {
    static void apply0(condition_builder& to) { to.join_lines(Kind); }
};
template <>
struct action<grammar::any_lines> : closes_lines<condition_builder::kind::any> {};
template <>
struct action<grammar::every_line> : closes_lines<condition_builder::kind::every> {};

/// What stands in a sentence where a rule had to match and did not.
template <class Rule>
inline constexpr const char* expected =
    "a comparison, for example method == \"pickup\", belongs here";
template <>
inline constexpr const char* expected<grammar::text_end> = "this text has no end; close it with \"";
template <>
inline constexpr const char* expected<grammar::value> =
    "a value belongs here: \"text\", a number, true or false; money is quoted";
template <>
inline constexpr const char* expected<grammar::values> = expected<grammar::value>;
template <>
inline constexpr const char* expected<grammar::list_begin> = "a list belongs here: [\"a\", \"b\"]";
template <>
inline constexpr const char* expected<grammar::list_end> = "the list has no end; close it with ]";
template <>
inline constexpr const char* expected<grammar::close> = "a ) or `and`, `or` belongs here";
template <>
inline constexpr const char* expected<grammar::has_name> = "the name of an attribute belongs here";
template <>
inline constexpr const char* expected<pegtl::eof> =
    "the condition should end here; join comparisons with `and` or `or`";

struct sentences {
    template <class Rule>
    static constexpr auto message = expected<Rule>;
    template <class Rule>
    static constexpr bool raise_on_failure = false;  // only where `must` says so
};
template <class Rule>
using control = pegtl::must_if<sentences>::control<Rule>;

bool is_word_at(std::string_view text, std::size_t i, std::string_view word) {
    const auto joins = [&](std::size_t k) {
        const char c = k < text.size() ? text[k] : ' ';
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.';
    };
    return text.substr(i, word.size()) == word && !(i > 0 && joins(i - 1)) &&
           !joins(i + word.size());
}
bool is_double_not(std::string_view text, std::size_t i) {
    if (!is_word_at(text, i, "not")) return false;
    const std::size_t next = text.find_first_not_of(" \t\n\v\f\r", i + 3);
    return next != std::string_view::npos && is_word_at(text, next, "not");
}

/// What would take the parser too deep. The offset of it, or nothing.
std::optional<std::size_t> too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && in_text)
            ++i;
        else if (text[i] == '"')
            in_text = !in_text;
        else if (in_text)
            continue;
        else if ((text[i] == '(' && ++depth > max_condition_depth) || is_double_not(text, i))
            return i;
        else if (text[i] == ')' && depth > 0)
            --depth;
    }
    return {};
}

/// What is too much of a condition, however it is spelt: where, and a sentence; or nothing.
std::optional<std::pair<std::size_t, std::string>> too_much(std::string_view text) {
    if (text.size() > max_condition_bytes)
        return std::pair{max_condition_bytes, "a condition has at most " +
                                                  std::to_string(max_condition_bytes) +
                                                  " bytes; make several strategies of it"};
    if (const auto at = too_deep(text))
        return std::pair{*at, std::string{text[*at] == 'n' ? "leave `not not` out"
                                                           : "parentheses nest at most 32 deep"}};
    return {};
}

}  // namespace

parsed_condition parse_condition(std::string_view text, std::span<const attribute> known) {
    parsed_condition out;
    const auto refuse_at = [&](std::size_t at, std::string sentence) {
        out.at = at;
        out.problem = std::move(sentence);
        return std::move(out);
    };
    if (auto much = too_much(text)) return refuse_at(much->first, std::move(much->second));
    condition_builder builder{known};
    try {
        pegtl::memory_input<pegtl::tracking_mode::eager, pegtl::eol::lf> in{
            text.data(), text.size(), "condition"};
        pegtl::parse<grammar::text_of_all, action, control>(in, builder);
    } catch (const pegtl::parse_error& e) {
        return refuse_at(e.positions().front().byte, std::string{e.message()});
    }
    condition made = builder.finish();
    // A journal keeps the one spelling, which says all parentheses and decimals, and reads it
    // again.
    if (const auto much = too_much(made.text()))
        return refuse_at(0,
                         "spelt out in full, with all parentheses and decimals: " + much->second);
    out.value = std::move(made);
    return out;
}

}  // namespace earmark::sourcing
