// A node's number is no SKU's number, although both are small integers.
// expect: (could not convert|cannot convert|no known conversion|no viable conversion)
#include "earmark/core/ids.hpp"

namespace earmark {

std::size_t row_of_stock(sku_id sku) { return index_of(sku); }

#ifdef EARMARK_WRONG
std::size_t twin(node_id id) { return row_of_stock(id); }
#else
std::size_t twin(sku_id id) { return row_of_stock(id); }
#endif

}  // namespace earmark
