// SPDX-License-Identifier: MIT
// Tries one edit after the other, those that remove most first, until none holds any more. Every
// edit removes something or lowers a number, so this ends.
#include "tests/model/shrink.hpp"

#include <algorithm>
#include <vector>

namespace knhk::model {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;
using Edit = std::function<void(Json&)>;
using Edits = std::vector<Edit>;

/// Fields whose absence means less.
const char* const TASK_FIELDS[] = {"delta", "guards",  "stateless", "budget", "priority",
                                   "at",    "beat",    "times",     "every",  "value",
                                   "data",  "id_step", "count"};
const char* const STEP_FIELDS[] = {"delta",    "one_in", "guards", "stateless", "budget",
                                   "priority", "data",   "share",  "id"};
const char* const NUMBERS[] = {"count", "life",  "times", "every",   "beat",
                               "at",    "ticks", "value", "id_step", "id"};
const std::string FROM_1[] = {"count", "times", "every", "ticks"};

// The value of a delta of a kind is its run, which has rows.
bool is_fixed(const Json& json, const std::string& field) {
    return field == "value" && json.contains("delta");
}

bool is_step(const Pointer& at) {
    return at.to_string().find("/steps/") != std::string::npos;
}

void erase_at(Json& array, std::size_t index, std::size_t count) {
    const auto begin = array.begin() + static_cast<std::ptrdiff_t>(index);
    array.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
}

// All of them at once, halves, and so on down to single ones.
void add_removals(Edits& edits, const Json& file, const Pointer& array, std::size_t least) {
    if (!file.contains(array)) {
        return;
    }
    const std::size_t size = file[array].size();
    for (std::size_t length = size; length > 0; length /= 2) {
        for (std::size_t begin = 0; begin + length <= size; begin += length) {
            if (size - length >= least) {
                edits.push_back([=](Json& json) { erase_at(json[array], begin, length); });
            }
        }
    }
}

bool names_kind(const Json& json, const Json& name) {
    return json.contains("kind") && json["kind"] == name;
}

// With the steps and inputs that name it.
void remove_kind(Json& json, std::size_t index) {
    const Json name = json["kinds"][index]["name"];
    erase_at(json["kinds"], index, 1);
    const auto erase_naming = [&name](Json& array) {
        for (std::size_t i = array.size(); i > 0; --i) {
            if (names_kind(array[i - 1], name)) {
                erase_at(array, i - 1, 1);
            }
        }
    };
    for (Json& kind : json["kinds"]) {
        erase_naming(kind["steps"]);
    }
    erase_naming(json["inputs"]);
}

// The last row, with the guards that look at it.
void remove_observation(Json& json) {
    const std::size_t last = json["observations"].size() - 1;
    erase_at(json["observations"], last, 1);
    if (!json.contains("guards")) {
        return;
    }
    Json& guards = json["guards"];
    for (std::size_t i = guards.size(); i > 0; --i) {
        if (guards[i - 1].contains("observation") && guards[i - 1]["observation"] == last) {
            erase_at(guards, i - 1, 1);
        }
    }
}

// A topology other than a flat one may not fit fewer cores.
void halve_cores(Json& json) {
    json["cores"] = json["cores"].get<std::size_t>() / 2;
    if (json.contains("topology") && !json["topology"].contains("flat")) {
        json.erase("topology");
    }
}

void add_whole_edits(Edits& edits, const Json& file) {
    for (std::size_t i = 0; file.contains("kinds") && i < file["kinds"].size(); ++i) {
        edits.push_back([i](Json& json) { remove_kind(json, i); });
    }
    for (const char* field : {"topology", "stealing", "seed", "guards"}) {
        edits.push_back([field](Json& json) { json.erase(field); });
    }
    for (const char* field : {"observations", "kinds"}) {
        if (file.contains(field) && file[field].empty()) {
            edits.push_back([field](Json& json) { json.erase(field); });
        }
    }
    if (file.contains("observations") && !file["observations"].empty()) {
        edits.push_back(remove_observation);
    }
    if (file.contains("cores") && file["cores"] > 1) {
        edits.push_back(halve_cores);
    }
}

// Without what says who it is, or how large.
void add_field_edits(Edits& edits, const Json& json, const Pointer& at) {
    const auto add = [&](const char* field) {
        if (json.contains(field) && !is_fixed(json, field)) {
            edits.push_back([=](Json& file) { file[at].erase(field); });
        }
    };
    // A step's value or time is required; an order needs its time.
    if (is_step(at)) {
        std::ranges::for_each(STEP_FIELDS, add);
    } else {
        std::ranges::for_each(TASK_FIELDS, add);
    }
}

// To half, and to one less; never to 0 where that is not allowed.
void add_number_edits(Edits& edits, const Json& json, const Pointer& at) {
    for (const char* field : NUMBERS) {
        if (!json.contains(field) || !json[field].is_number() || is_fixed(json, field)) {
            continue;
        }
        const std::size_t value = json[field].get<std::size_t>();
        const std::string name = field;
        const bool at_least_1 = std::ranges::count(FROM_1, name) > 0;
        const std::size_t least = at_least_1 ? 1 : 0;
        for (const std::size_t lower :
             {least, value / 2, value - std::min(value, std::size_t{1})}) {
            if (lower >= least && lower < value) {
                edits.push_back([=](Json& file) { file[at][name] = lower; });
            }
        }
    }
    // Payload 0 of a handler of the image may mean that it never ends.
    if (json.contains("payload") && json["payload"][0] > 1) {
        edits.push_back([=](Json& file) {
            Json& first = file[at]["payload"][0];
            first = first.get<std::size_t>() / 2;
        });
    }
}

void add_task_edits(Edits& edits, const Json& file, const Pointer& at) {
    add_field_edits(edits, file[at], at);
    add_number_edits(edits, file[at], at);
    add_removals(edits, file, at / "guards", 1);
}

Edits edits_of(const Json& file) {
    Edits edits;
    const Pointer inputs("/inputs");
    const Pointer kinds("/kinds");
    add_removals(edits, file, inputs, 0);
    add_whole_edits(edits, file);
    const std::size_t kind_count = file.contains("kinds") ? file["kinds"].size() : 0;
    for (std::size_t i = 0; i < kind_count; ++i) {
        add_removals(edits, file, kinds / i / "steps", 0);
    }
    add_removals(edits, file, Pointer("/guards"), 0);
    for (std::size_t i = 0; i < file["inputs"].size(); ++i) {
        add_task_edits(edits, file, inputs / i);
    }
    for (std::size_t i = 0; i < kind_count; ++i) {
        for (std::size_t step = 0; step < file["kinds"][i]["steps"].size(); ++step) {
            add_task_edits(edits, file, kinds / i / "steps" / step);
        }
    }
    return edits;
}

} // namespace

std::string text_of(const Json& file) {
    return file.dump(1, ' ') + "\n";
}

Shrunk shrink(Json file, const FilePredicate& holds, std::size_t tries_max) {
    Shrunk result{.file = std::move(file)};
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (std::size_t index = 0; result.tries < tries_max;) {
            const Edits edits = edits_of(result.file);
            if (index >= edits.size()) {
                break;
            }
            Json candidate = result.file;
            edits[index](candidate);
            bool accepted = false;
            if (candidate != result.file) {
                ++result.tries;
                accepted = holds(text_of(candidate));
            }
            if (accepted) {
                result.file = std::move(candidate);
                smaller = true;
            } else {
                ++index;
            }
        }
    }
    return result;
}

} // namespace knhk::model
