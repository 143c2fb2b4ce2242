#include "support/explore/mutation.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

namespace earmark::explore {

namespace {

using key = std::tuple<std::string, std::uint32_t, std::uint32_t, action>;

struct watched {
    std::vector<std::string> files;
    std::map<key, site> sites, called;
};
struct at_work {
    mutant what;
    std::uint64_t reached = 0;
};
std::optional<watched> watching;
std::optional<at_work> working;

void look_or_not() { detail::somebody_looks = watching.has_value() || working.has_value(); }

std::string_view without_folder(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}
/// The last name before the first parenthesis: also of a lambda in it.
std::string plain_name(std::string_view function) {
    function = function.substr(0, function.find('('));
    const std::size_t at = function.find_last_of(": *&~");
    return std::string{at == std::string_view::npos ? function : function.substr(at + 1)};
}

const char* words(action what) {
    switch (what) {
        case action::load:
            return "load";
        case action::store:
            return "store";
        case action::exchange:
            return "exchange";
        case action::compare_exchange:
            return "compare_exchange";
        case action::fetch_add:
            return "fetch_add";
        case action::fetch_sub:
            return "fetch_sub";
        default:
            return "update";
    }
}
const char* words(std::memory_order order) {
    constexpr const char* names[] = {"relaxed", "consume", "acquire",
                                     "release", "acq_rel", "seq_cst"};
    return names[static_cast<int>(order)];
}

std::vector<std::memory_order> weaker_load(std::memory_order order) {
    if (order == std::memory_order_seq_cst) return {std::memory_order_acquire};
    if (order == std::memory_order_acquire) return {std::memory_order_relaxed};
    return {};
}
std::vector<std::memory_order> weaker_store(std::memory_order order) {
    if (order == std::memory_order_seq_cst) return {std::memory_order_release};
    if (order == std::memory_order_release) return {std::memory_order_relaxed};
    return {};
}
std::vector<std::memory_order> weaker_update(std::memory_order order) {
    if (order == std::memory_order_seq_cst) return {std::memory_order_acq_rel};
    if (order == std::memory_order_acq_rel)
        return {std::memory_order_acquire, std::memory_order_release};
    if (order == std::memory_order_relaxed) return {};
    return {std::memory_order_relaxed};
}

bool is_of(const site& s, const whence& where, action what) {
    return s.line == where.line() && s.column == where.column() && s.what == what &&
           s.file == without_folder(where.file_name());
}

}  // namespace

namespace detail {

constinit thread_local bool somebody_looks = false;

orders look(const whence& where, action what, std::memory_order order, std::memory_order failure) {
    if (watching) {
        const std::string file{without_folder(where.file_name())};
        if (std::count(watching->files.begin(), watching->files.end(), file) != 0) {
            const key at{file, where.line(), where.column(), what};
            const site s{file,         plain_name(where.function_name()),
                         where.line(), where.column(),
                         what,         order,
                         failure,      1};
            watching->sites.try_emplace(at, s);
            watching->called.try_emplace(at, s);
        }
    }
    if (!working || !is_of(working->what.at, where, what)) return {order, failure};
    ++working->reached;
    switch (working->what.what) {
        case mutant::part::order:
            return {working->what.to, failure};
        case mutant::part::failure:
            return {order, working->what.to};
        case mutant::part::split:
            return {order, failure, true};
    }
    return {order, failure};
}

}  // namespace detail

std::string mutant::name() const {
    std::string text =
        at.file + " " + at.function + ": " + words(at.what) + " " + std::to_string(at.number) + " ";
    if (what == part::split) return text + "torn";
    const bool is_failure = what == part::failure;
    if (is_failure) text += "failing ";
    return text + words(is_failure ? at.failure : at.order) + " to " + words(to);
}

std::vector<mutant> mutants_of(const site& s) {
    std::vector<mutant> all;
    const bool is_load = s.what == action::load, is_store = s.what == action::store;
    const auto weaker = is_load    ? weaker_load(s.order)
                        : is_store ? weaker_store(s.order)
                                   : weaker_update(s.order);
    for (const std::memory_order to : weaker) all.push_back({mutant::part::order, s, to});
    if (is_load || is_store) return all;
    if (s.what == action::compare_exchange)
        for (const std::memory_order to : weaker_load(s.failure))
            all.push_back({mutant::part::failure, s, to});
    all.push_back({mutant::part::split, s, std::memory_order_relaxed});
    return all;
}

site_watch::site_watch(std::vector<std::string> files) {
    if (watching) throw std::logic_error{"one watch at a time"};
    watching = watched{std::move(files), {}, {}};
    look_or_not();
}
site_watch::~site_watch() {
    watching.reset();
    look_or_not();
}
std::vector<site> site_watch::reached() const {
    std::vector<site> all;
    std::map<std::tuple<std::string, std::string, action>, unsigned> numbers;
    for (const auto& [at, s] : watching->sites) {
        all.push_back(s);
        all.back().number = ++numbers[{s.file, s.function, s.what}];
    }
    return all;
}

std::vector<site> site_watch::called() const {
    std::vector<site> all;
    for (const auto& [at, s] : watching->called) all.push_back(s);
    return all;
}
void site_watch::forget_calls() const { watching->called.clear(); }

mutant_at_work::mutant_at_work(const mutant& m) {
    if (working) throw std::logic_error{"one mutant at a time"};
    working = at_work{m};
    look_or_not();
}
mutant_at_work::~mutant_at_work() {
    working.reset();
    look_or_not();
}
std::uint64_t mutant_at_work::reached() noexcept { return working ? working->reached : 0; }

}  // namespace earmark::explore
