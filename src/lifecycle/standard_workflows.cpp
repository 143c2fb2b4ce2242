#include "earmark/lifecycle/standard_workflows.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::array<const workflow*, 7> all = {
    &sales_workflow, &draft_workflow,   &transfer_workflow, &purchase_workflow,
    &made_workflow,  &service_workflow, &return_workflow};

}  // namespace

std::span<const workflow* const> standard_workflows() noexcept { return all; }

const workflow* find_standard(std::string_view name) noexcept {
    for (const workflow* w : all)
        if (w->name() == name) return w;
    return nullptr;
}

const workflow& standard_of(order_type type) noexcept {
    switch (type) {
        case order_type::draft:
            return draft_workflow;
        case order_type::transfer:
            return transfer_workflow;
        case order_type::purchase:
            return purchase_workflow;
        case order_type::make_to_order:
            return made_workflow;
        case order_type::service:
            return service_workflow;
        case order_type::return_:
            return return_workflow;
        case order_type::sales:
        case order_type::sample:
        case order_type::replacement:
        case order_type::exchange:
            return sales_workflow;
    }
    return sales_workflow;
}

}  // namespace earmark::lifecycle
