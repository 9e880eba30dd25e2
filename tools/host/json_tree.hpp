// SPDX-License-Identifier: MIT
// JSON that is to be written: what reports build, in the order in which they build it. The library
// behind it takes longer to compile than most files that write JSON: json_tree.cpp alone needs it.
// What reads JSON is workload/json.hpp.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

struct JsonMember;

class Json {
  public:
    using Items = std::vector<Json>;
    using Members = std::vector<JsonMember>;
    using Value = std::variant<std::nullptr_t, bool, u64, double, std::string, Items, Members>;

    // From whatever a report has; implicit, so that a list of members reads like the object.
    Json(); ///< null
    Json(std::nullptr_t);
    Json(bool value);
    /// Nothing that is reported is negative.
    template<std::integral Number>
    Json(Number value);
    Json(double value);
    Json(const char* text);
    Json(std::string text);
    Json(std::string_view text);
    template<class Item>
    Json(const std::vector<Item>& items);
    Json(std::initializer_list<JsonMember> members);
    /// null when there is none.
    template<class Type>
    [[nodiscard]] static Json from(const std::optional<Type>& value);

    [[nodiscard]] static Json array();
    [[nodiscard]] static Json object();

    /// A member; made if it is not there. null becomes an object.
    Json& operator[](std::string_view name);
    void push_back(Json item);
    /// Takes all members of another object.
    void update(const Json& other);

    [[nodiscard]] const Value& value() const { return value_; }
    /// In one line, or with so many blanks a level. What is not UTF-8 is replaced.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string indented_text(u32 indent) const;

  private:
    Value value_;
};

struct JsonMember {
    std::string name;
    Json value;
};

// Here, where a member is known as a whole: to make a value is to know how to destroy it.
inline Json::Json() : value_(nullptr) {}
inline Json::Json(std::nullptr_t) : value_(nullptr) {}
inline Json::Json(bool value) : value_(value) {}
template<std::integral Number>
Json::Json(Number value) : value_(static_cast<u64>(value)) {}
inline Json::Json(double value) : value_(value) {}
inline Json::Json(const char* text) : value_(std::string(text)) {}
inline Json::Json(std::string text) : value_(std::move(text)) {}
inline Json::Json(std::string_view text) : value_(std::string(text)) {}
template<class Item>
Json::Json(const std::vector<Item>& items) : value_(Items(items.begin(), items.end())) {}

template<class Type>
Json Json::from(const std::optional<Type>& value) {
    return value ? Json(*value) : Json();
}

} // namespace knhk::tools
