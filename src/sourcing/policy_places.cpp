#include <memory>

#include "linter.hpp"
#include "toml_reader.hpp"

namespace earmark::sourcing::detail {

struct policy_places::tables {
    toml::table root;
    std::vector<std::size_t> written;

    [[nodiscard]] const toml::node* find(std::size_t strategy, std::string_view key) const {
        const toml::table* t = &root;
        if (strategy != policy_places::root) {
            const toml::node* list = root.get("strategy");
            const toml::array* entries = list == nullptr ? nullptr : list->as_array();
            if (strategy < written.size()) strategy = written[strategy];
            if (entries == nullptr || strategy >= entries->size()) return nullptr;
            t = (*entries)[strategy].as_table();
        }
        if (t == nullptr || key.empty()) return t;
        return t->at_path(key).node();
    }
    [[nodiscard]] const toml::node* find(std::size_t strategy, std::string_view key,
                                         std::size_t i) const {
        const toml::node* node = find(strategy, key);
        const toml::array* entries = node == nullptr ? nullptr : node->as_array();
        return entries == nullptr || i >= entries->size() ? node : entries->get(i);
    }
};

policy_places::policy_places(std::string_view text, std::vector<std::size_t> written)
    : tables_{std::make_unique<tables>()} {
    tables_->written = std::move(written);
    toml::parse_result parsed = toml::parse(text);
    if (parsed) tables_->root = std::move(parsed).table();
}
policy_places::~policy_places() = default;

text_place policy_places::at(std::size_t strategy, std::string_view key) const {
    const toml::node* node = tables_->find(strategy, key);
    if (node == nullptr) node = tables_->find(strategy, {});
    return node == nullptr || (strategy == root && key.empty()) ? text_place{}
                                                                : place_of(node->source());
}

text_place policy_places::at(std::size_t strategy, std::string_view key, std::size_t i) const {
    const toml::node* node = tables_->find(strategy, key, i);
    return node == nullptr ? at(strategy, key) : place_of(node->source());
}

std::string_view policy_places::text(std::size_t strategy, std::string_view key,
                                     std::size_t i) const {
    const toml::node* node = tables_->find(strategy, key, i);
    return node == nullptr ? std::string_view{}
                           : node->value_exact<std::string_view>().value_or(std::string_view{});
}

std::string_view policy_places::text(std::size_t strategy, std::string_view key) const {
    const toml::node* node = tables_->find(strategy, key);
    return node == nullptr ? std::string_view{}
                           : node->value_exact<std::string_view>().value_or(std::string_view{});
}

bool policy_places::has(std::size_t strategy, std::string_view key) const {
    return tables_->find(strategy, key) != nullptr;
}

}  // namespace earmark::sourcing::detail
