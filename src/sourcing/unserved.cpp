#include "earmark/sourcing/unserved.hpp"

#include "policy_text.hpp"

namespace earmark::sourcing {

std::string to_string(const unserved& u) {
    switch (u.does) {
        case unserved::deed::wait:
            return "backorder";
        case unserved::deed::queue:
            return "queue:" + u.queue;
        case unserved::deed::cancel:
            return "cancel";
        case unserved::deed::transfer:
            return "transfer";
    }
    return {};
}

bool read_unserved(std::string_view text, unserved& into) {
    constexpr std::string_view queue = "queue:";
    into = {};
    if (text == "cancel") into.does = unserved::deed::cancel;
    if (text == "transfer") into.does = unserved::deed::transfer;
    if (text == "backorder" || text == "cancel" || text == "transfer") return true;
    if (!text.starts_with(queue) || !detail::is_policy_name(text.substr(queue.size())))
        return false;
    into = {unserved::deed::queue, std::string{text.substr(queue.size())}};
    return true;
}

}  // namespace earmark::sourcing
