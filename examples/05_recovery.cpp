// The process dies; the journal does not. A second engine folds the file and has the same state.
#include <cstdio>
#include <filesystem>

#include "earmark/earmark.hpp"

using namespace earmark;

config on(const std::string& path) {
    config c;
    std::string why;
    const auto file = journal::open_sqlite(path, &why);
    if (!file) std::puts(why.c_str());
    c.sink = file.value();
    return c;
}

int main() {
    const auto folder = std::filesystem::temp_directory_path() / "earmark_recovery_example";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    std::uint64_t before = 0;
    {
        engine shop{on(folder / "journal.db")};
        shop.load({}, std::vector<sku_row>{{"mug"}});
        const order_line mugs{*shop.find_sku("mug"), {2}, 1299};
        (void)shop.place_order({"A-1"}, {{&mugs, 1}, none<place_id>, *currency::parse("EUR")});
        if (!shop.flush(journal::durability::disk)) return 1;
        before = shop.state_hash();
    }
    const engine again{on(folder / "journal.db")};
    std::printf("orders after reopening: %u\n", again.orders());
    std::printf("same state: %s\n", again.state_hash() == before ? "yes" : "no");
    std::filesystem::remove_all(folder);
}
