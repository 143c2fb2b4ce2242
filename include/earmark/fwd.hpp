// Every public name, on <cstdint> alone. Include this where a declaration is enough.
#pragma once

#include <cstdint>

namespace earmark {

enum class sku_id : std::uint32_t;
enum class node_id : std::uint16_t;
enum class place_id : std::uint32_t;
enum class actor_id : std::uint32_t;
enum class cell_id : std::uint32_t;
enum class order_id : std::uint64_t;
enum class reservation_id : std::uint64_t;
enum class policy_id : std::uint32_t;
enum class position : std::uint64_t;
enum class error_code : std::uint16_t;
enum class verb : std::uint8_t;
enum class outcome : std::uint8_t;
enum class unit_state : std::uint8_t;
enum class unit_event : std::uint8_t;
enum class coverage : std::uint8_t;
enum class quality : std::uint8_t;

struct quantity;
struct money;
class currency;
struct rate;
struct duration;
struct time_point;
struct error;
template <class T>
class result;
class digest;

struct command;
struct receipt;
struct placed;
struct sku_row;
struct node_row;
struct place_row;
struct distance_row;
struct stock_row;
struct load_report;
struct change_set;
struct plan;
struct sourcing_problem;

class engine;
struct config;

}  // namespace earmark
