// SPDX-License-Identifier: MIT
#include "tools/host/json_tree.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace knhk::tools {

namespace {

using Library = nlohmann::ordered_json;

Library converted(const Json& json);

/// What each kind of value is to the library.
struct Converter {
    Library operator()(const auto& value) const { return value; }
    Library operator()(const Json::Items& items) const {
        Library array = Library::array();
        for (const Json& item : items) {
            array.push_back(converted(item));
        }
        return array;
    }
    Library operator()(const Json::Members& members) const {
        Library object = Library::object();
        for (const JsonMember& member : members) {
            object[member.name] = converted(member.value);
        }
        return object;
    }
};

Library converted(const Json& json) {
    return std::visit(Converter(), json.value());
}

std::string dumped(const Json& json, int indent) {
    return converted(json).dump(indent, ' ', false, Library::error_handler_t::replace);
}

} // namespace

Json::Json(std::initializer_list<JsonMember> members) : value_(Members(members)) {}

Json Json::array() {
    Json json;
    json.value_ = Items();
    return json;
}

Json Json::object() {
    Json json;
    json.value_ = Members();
    return json;
}

Json& Json::operator[](std::string_view name) {
    if (std::holds_alternative<std::nullptr_t>(value_)) {
        value_ = Members();
    }
    Members& members = std::get<Members>(value_);
    const auto at = std::ranges::find(members, name, &JsonMember::name);
    return at != members.end() ? at->value : members.emplace_back(std::string(name), Json()).value;
}

void Json::push_back(Json item) {
    std::get<Items>(value_).push_back(std::move(item));
}

void Json::update(const Json& other) {
    for (const JsonMember& member : std::get<Members>(other.value_)) {
        (*this)[member.name] = member.value;
    }
}

std::string Json::text() const {
    return dumped(*this, -1);
}

std::string Json::indented_text(u32 indent) const {
    return dumped(*this, static_cast<int>(indent));
}

} // namespace knhk::tools
