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

}  // namespace earmark::lifecycle
