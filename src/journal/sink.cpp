#include "earmark/journal/sink.hpp"

namespace earmark::journal {

error_code sink::read_one(std::uint64_t number,
                          const std::function<void(std::span<const std::byte>)>& visit) {
    return read([&](std::uint64_t at, std::span<const std::byte> batch) {
        if (at == number) visit(batch);
        return at < number;
    });
}

result<durability> memory_sink::append(std::uint64_t number, std::span<const std::byte> batch) {
    if (number != batches_.size() + 1)
        return fail(error_code::bad_batch, static_cast<std::int64_t>(number));
    batches_.emplace_back(batch.begin(), batch.end());
    return durability::memory;
}

result<durability> memory_sink::sync() { return durability::memory; }

error_code memory_sink::read(
    const std::function<bool(std::uint64_t, std::span<const std::byte>)>& visit) {
    for (std::size_t i = 0; i < batches_.size(); ++i)
        if (!visit(i + 1, batches_[i])) break;
    return error_code::ok;
}

error_code memory_sink::read_one(std::uint64_t number,
                                 const std::function<void(std::span<const std::byte>)>& visit) {
    if (number - 1 < batches_.size()) visit(batches_[number - 1]);
    return error_code::ok;
}

}  // namespace earmark::journal
