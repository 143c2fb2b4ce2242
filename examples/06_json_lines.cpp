// Any language: the same verbs as JSON lines (docs/formats/submit.md).
#include <cstdio>

#include "earmark/earmark.hpp"

using namespace earmark;

int main() {
    engine shop;
    for (
        const char* line : {
            R"({"verb":"load","table":"skus","rows":[{"sku":"mug"}]})",
            R"({"verb":"load","table":"nodes","rows":[{"node":"bonn"}]})",
            R"({"verb":"load","table":"stock","rows":[{"sku":"mug","node":"bonn","on_hand":"3"}]})",
            R"({"verb":"available","sku":"mug"})",
            R"({"verb":"available","sku":"jug"})",
        })
        std::puts(shop.submit(line).c_str());
}
