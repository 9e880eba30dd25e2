// SPDX-License-Identifier: MIT
// A workload file that uses every field of docs/workload.md, to be changed by tests.
#pragma once

#include <string>

namespace knhk::test {

inline const std::string RICH_WORKLOAD = R"({
  "knhk_workload": 1,
  "name": "rich",
  "cores": 4,
  "seed": "0xFEED",
  "stealing": true,
  "topology": {"hierarchical": {"groups": [2], "latencies": [1, 3]}},
  "guards": [
    {"id": 0, "test": "never"},
    {"id": 1, "test": "always"},
    {"id": 5, "of": "payload", "word": 3, "test": "less", "value": 100},
    {"id": 7, "of": "state", "word": 511, "test": "any_bits", "value": "0xff"},
    {"id": 8, "of": "observation", "observation": 1, "word": 2, "test": "all_bits", "value": 6},
    {"id": 999, "of": "id", "test": "between", "value": 10, "to": 18446744073709551615}
  ],
  "observations": [[1, 2, 3, 4], [5, 6, 7, "0x8"]],
  "kinds": [
    {"name": "first", "steps": [
      {"do": "set", "value": 9},
      {"do": "random", "one_in": 4294967295},
      {"do": "pure", "value": 11},
      {"do": "observe", "observation": 1023, "word": 3},
      {"do": "read", "word": 511},
      {"do": "add", "word": 12},
      {"do": "touch"},
      {"do": "work", "ticks": 4294967295},
      {"do": "output"}
    ]},
    {"name": "emitter", "steps": [
      {"do": "spawn", "kind": "first", "id": {"from": "zero", "add": 77}, "share": 3,
       "data": [21, 22], "priority": "low", "budget": 0, "guards": [1023, 5], "stateless": true},
      {"do": "send", "handler": 65535, "id": {"from": "value"}, "payload": [1, 2, 3, 4]},
      {"do": "order", "kind": "emitter", "at": 18446744073709551615},
      {"do": "order", "kind": "emitter", "id": {"add": 5}, "after": 6},
      {"do": "order", "handler": 0, "within": 7, "one_in": 2}
    ]},
    {"name": "nothing", "steps": []}
  ],
  "inputs": [
    {"kind": "emitter", "id": 40, "beat": 9, "life": 4294967295, "value": 3, "data": [31, 32]},
    {"kind": "first", "id": 1, "count": 1000, "id_step": 3, "times": 3, "every": 4},
    {"handler": 2, "id": "0xffffffffffffffff", "payload": [5, 6, 7, 8], "beat": 4, "at": 0,
     "priority": "high", "budget": 3, "guards": [999], "stateless": true}
  ]
}
)";

/// `text` with the first `from` in it replaced; it must be there.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? "'" + from + "' is not there"
                                   : text.replace(at, from.size(), to);
}

} // namespace knhk::test
