#include "earmark/engine/submit.hpp"

#include <new>

#include <nlohmann/json.hpp>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"
#include "submit_answer.hpp"
#include "submit_forms.hpp"
#include "submit_json.hpp"

namespace earmark {
namespace {

using submission::answer;

answer answer_to(engine& e, std::string_view line) {
    submission::problems wrong;
    const submission::parsed_line parsed = submission::parse_line(line);
    if (parsed.wrong) {
        wrong.add(*parsed.wrong);
        return submission::refusal(parsed.value, wrong);
    }
    const submission::form* f = submission::find_form(parsed.value, wrong);
    if (f != nullptr) submission::check_shape(*f, parsed.value, wrong);
    if (!wrong.empty()) return submission::refusal(parsed.value, wrong);
    return f->run({e, parsed.value});
}

/// One line. Keys of the outside world are UTF-8 here; should one not be (it came in by C++), it is
/// shown with replacement characters, since JSON has no other way.
std::string written(const answer& a) {
    constexpr int compact = -1;
    return a.dump(compact, ' ', false, answer::error_handler_t::replace);
}

}  // namespace

std::string submit(engine& e, std::string_view json_line) try {
    return written(answer_to(e, json_line));
} catch (const names_moving&) {
    return R"({"ok":false,"error":{"code":"stock_moving","number":3002,"transient":true,)"
           R"("sentence":"another thread loads tables",)"
           R"("hint":"send the line again, with its key: what was done is not done twice"}})";
} catch (const std::bad_alloc&) {
    return R"({"ok":false,"error":{"code":"out_of_memory","number":7002,"transient":false,)"
           R"("sentence":"the machine has no memory left for this line",)"
           R"("hint":"send smaller lines; look at status before sending this one again"}})";
}

}  // namespace earmark
