#include "earmark/model/authority.hpp"

namespace earmark {

std::optional<privilege> privilege_of(verb v) noexcept {
    switch (v) {
        case verb::cancel:
            return privilege::cancel;
        case verb::amend:
            return privilege::amend;
        case verb::place_hold:
            return privilege::place_hold;
        case verb::resolve_hold:
            return privilege::resolve_hold;
        case verb::source:
            return privilege::source;
        case verb::release:
            return privilege::release;
        case verb::ship:
        case verb::deliver:
        case verb::reject:
        case verb::pick:
        case verb::pack:
        case verb::lose:
        case verb::unpick:
        case verb::fulfil:
        case verb::mark:
        case verb::accept:
        case verb::confirm_cancel:
        case verb::refuse_cancel:
        case verb::make:
            return privilege::record;
        case verb::adjust:
        case verb::transfer:
        case verb::count:
        case verb::snapshot:
        case verb::delta:
            return privilege::adjust;
        case verb::load:
            return privilege::load;
        case verb::activate:
        case verb::migrate:
            return privilege::activate;
        case verb::discard:
            return privilege::discard;
        default:
            return {};
    }
}

}  // namespace earmark
