// FAIR SHARE from Python.
#include "earmark/allocation/fair_share.hpp"

#include <optional>
#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "binding.hpp"
#include "columns.hpp"

namespace earmark::python {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;

std::vector<std::int64_t> fair(std::int64_t supply, const py::object& need,
                               const std::optional<py::object>& weight, std::int64_t lot) {
    const auto needs = ids(need, "need", most);
    const auto weights = weight ? ids(*weight, "weight", most) : needs;
    if (weights.size() != needs.size())
        bad_input("weight has " + std::to_string(weights.size()) + " values and need " +
                  std::to_string(needs.size()) + "; give one weight for each need");
    std::vector<share_claim> claims(needs.size());
    for (std::size_t i = 0; i < claims.size(); ++i) claims[i] = {needs[i], weights[i]};
    auto shares = fair_share(supply, claims, lot);
    if (!shares)
        bad_input("supply " + std::to_string(supply) + " cannot be divided in lots of " +
                  std::to_string(lot) + "; give a supply of 0 or more and a lot of at least 1");
    return std::move(*shares);
}

}  // namespace

void bind_shares(py::module_& m) {
    m.def("fair_share", &fair, py::arg("supply"), py::arg("need"), py::arg("weight") = std::nullopt,
          py::arg("lot") = 1,
          "Divides a supply among needs in proportion to the weights (without them, the needs), in "
          "whole lots, none above its need; what rounding leaves goes to the largest remainders, "
          "what one cannot use to the others. A list of units in the order of the needs, whose sum "
          "is at most the supply.");
}

}  // namespace earmark::python
