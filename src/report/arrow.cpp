// FRAMES OUT: each struct that is handed out owns one node of its own; children are owned by their
// parent, and may be moved out of it (their release is then null), as the interface allows.
#include "earmark/report/arrow.hpp"

#include <cerrno>
#include <cstring>
#include <list>
#include <new>
#include <string>
#include <vector>

namespace earmark::report {
namespace {

const char* format_of(column_type t) noexcept {
    switch (t) {
        case column_type::int64:
            return "l";
        case column_type::int32:
        case column_type::dictionary:
            return "i";
        case column_type::boolean:
            return "b";
        case column_type::float64:
            return "g";
        case column_type::timestamp:
            return "tsn:UTC";
        case column_type::utf8:
            break;
    }
    return "u";
}

/// Releases what was not moved away.
template <class Struct>
void drop(Struct& s) noexcept {
    if (s.release != nullptr) s.release(&s);
}

/// The two key-value pairs in the layout that the interface prescribes: native int32 lengths.
std::string metadata_of(const column& c) {
    std::string out;
    const auto number = [&](std::size_t n) {
        const auto value = static_cast<std::int32_t>(n);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        out.append(bytes, sizeof value);
    };
    const auto text = [&](std::string_view t) {
        number(t.size());
        out.append(t);
    };
    number(2);
    text("unit");
    text(c.unit);
    text("doc");
    text(c.doc);
    return out;
}

/// What an exported schema owns.
struct schema_node {
    std::string name, metadata;
    std::list<ArrowSchema> held;  // children, then the dictionary
    std::vector<ArrowSchema*> children;

    ~schema_node() {
        for (ArrowSchema& s : held) drop(s);
    }
};

void release_schema(ArrowSchema* s) {
    delete static_cast<schema_node*>(s->private_data);
    s->release = nullptr;
}

/// Fills `out` from a node that is complete but for its children.
void publish(ArrowSchema& out, std::unique_ptr<schema_node> node, const char* format, bool nullable,
             ArrowSchema* dictionary) {
    out = {};
    out.format = format;
    out.name = node->name.c_str();
    out.metadata = node->metadata.empty() ? nullptr : node->metadata.data();
    out.flags = nullable ? ARROW_FLAG_NULLABLE : 0;
    out.n_children = static_cast<std::int64_t>(node->children.size());
    out.children = node->children.empty() ? nullptr : node->children.data();
    out.dictionary = dictionary;
    out.release = &release_schema;
    out.private_data = node.release();
}

void export_column(const column& c, ArrowSchema& out) {
    auto node = std::make_unique<schema_node>();
    node->name = c.name;
    node->metadata = metadata_of(c);
    ArrowSchema* dictionary = nullptr;
    if (c.type == column_type::dictionary) {
        dictionary = &node->held.emplace_back();
        publish(*dictionary, std::make_unique<schema_node>(), "u", false, nullptr);
    }
    publish(out, std::move(node), format_of(c.type), c.nullable, dictionary);
}

/// What an exported array owns: the frame (or the words), and the pointers into it.
struct array_node {
    std::shared_ptr<const void> keep;
    std::vector<const void*> buffers;
    std::list<ArrowArray> held;
    std::vector<ArrowArray*> children;

    ~array_node() {
        for (ArrowArray& a : held) drop(a);
    }
};

void release_array(ArrowArray* a) {
    delete static_cast<array_node*>(a->private_data);
    a->release = nullptr;
}

void publish(ArrowArray& out, std::unique_ptr<array_node> node, std::size_t rows,
             std::int64_t nulls, ArrowArray* dictionary) {
    out = {};
    out.length = static_cast<std::int64_t>(rows);
    out.null_count = nulls;
    out.n_buffers = static_cast<std::int64_t>(node->buffers.size());
    out.n_children = static_cast<std::int64_t>(node->children.size());
    out.buffers = node->buffers.data();
    out.children = node->children.empty() ? nullptr : node->children.data();
    out.dictionary = dictionary;
    out.release = &release_array;
    out.private_data = node.release();
}

/// A place to point to where there is nothing: some readers dislike null buffers.
constexpr std::int64_t nothing[8] = {};

const void* pointer(const void* data) noexcept { return data != nullptr ? data : nothing; }

void push_buffers(const texts& t, std::vector<const void*>& to) {
    to.push_back(t.offsets().data());
    to.push_back(pointer(t.bytes().data()));
}
void push_buffers(const flags& f, std::vector<const void*>& to) {
    to.push_back(pointer(f.bits().data()));
}
template <class T>
void push_buffers(const numbers<T>& n, std::vector<const void*>& to) {
    to.push_back(pointer(n.values().data()));
}

void export_words(const vocabulary& words, ArrowArray& out) {
    auto node = std::make_unique<array_node>();
    node->keep = words;
    node->buffers.push_back(nullptr);
    push_buffers(*words, node->buffers);
    publish(out, std::move(node), words->size(), 0, nullptr);
}

void export_column(const std::shared_ptr<const frame>& of, const column_data& c, ArrowArray& out) {
    auto node = std::make_unique<array_node>();
    node->keep = of;
    const validity& valid = c.valid();
    node->buffers.push_back(valid.nulls() == 0 ? nullptr : valid.bits().data());
    std::visit([&](const auto& values) { push_buffers(values, node->buffers); }, c.values);
    ArrowArray* dictionary = nullptr;
    if (c.words != nullptr) {
        dictionary = &node->held.emplace_back();
        export_words(c.words, *dictionary);
    }
    publish(out, std::move(node), c.rows(), valid.nulls(), dictionary);
}

/// A stream's state. `done`: the one batch has been read.
struct stream_node {
    std::shared_ptr<const frame> of;
    bool done = false;
    std::string error;
};

stream_node& node_of(ArrowArrayStream* s) { return *static_cast<stream_node*>(s->private_data); }

/// Runs f; an exception becomes the error number that the interface wants.
template <class F>
int guarded(ArrowArrayStream* s, F&& f) {
    try {
        f();
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    } catch (const std::exception& e) {
        node_of(s).error = e.what();
        return EINVAL;
    }
}

int stream_schema(ArrowArrayStream* s, ArrowSchema* out) {
    return guarded(s, [&] { export_schema(node_of(s).of->schema(), *out); });
}

int stream_next(ArrowArrayStream* s, ArrowArray* out) {
    return guarded(s, [&] {
        stream_node& node = node_of(s);
        *out = {};  // released: the end of the stream
        if (node.done) return;
        export_array(node.of, *out);
        node.done = true;
    });
}

const char* stream_error(ArrowArrayStream* s) {
    const std::string& e = node_of(s).error;
    return e.empty() ? nullptr : e.c_str();
}

void stream_release(ArrowArrayStream* s) {
    delete static_cast<stream_node*>(s->private_data);
    s->release = nullptr;
}

}  // namespace

void export_schema(const frame_schema& of, ArrowSchema& out) {
    auto node = std::make_unique<schema_node>();
    node->name = of.name;
    for (const column& c : of.columns) {
        ArrowSchema& child = node->held.emplace_back();
        node->children.push_back(&child);
        export_column(c, child);
    }
    publish(out, std::move(node), "+s", false, nullptr);
}

void export_array(const std::shared_ptr<const frame>& of, ArrowArray& out) {
    auto node = std::make_unique<array_node>();
    node->keep = of;
    node->buffers.push_back(nullptr);
    for (const column_data& c : of->columns()) {
        ArrowArray& child = node->held.emplace_back();
        node->children.push_back(&child);
        export_column(of, c, child);
    }
    publish(out, std::move(node), of->rows(), 0, nullptr);
}

void export_stream(std::shared_ptr<const frame> of, ArrowArrayStream& out) {
    auto node = std::make_unique<stream_node>();
    node->of = std::move(of);
    out = {};
    out.get_schema = &stream_schema;
    out.get_next = &stream_next;
    out.get_last_error = &stream_error;
    out.release = &stream_release;
    out.private_data = node.release();
}

}  // namespace earmark::report
