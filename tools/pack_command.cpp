// SPDX-License-Identifier: MIT
// `knhk pack`: a workload file becomes the container that a boot by hand is given.
#include <fmt/format.h>

#include "base/sha256.hpp"
#include "tools/command.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/run/container_writer.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER = "'knhk run FILE.json' packs by itself: this is for boots by hand. "
                               "The SHA-256 is the workload's\n"
                               "in the identity of its runs.\n"
                               "\n"
                               "Examples:\n"
                               "  knhk pack examples/pipeline.json -o pipeline.knhk\n"
                               "  qemu-system-x86_64 ... -kernel build/knhk-x86_64.elf -initrd "
                               "pipeline.knhk -append workers=4";

struct PackOptions {
    std::string file;
    std::string output;
};

ExitStatus pack_file(const PackOptions& options) {
    const WorkloadFile file = read_workload(options.file);
    const std::vector<std::byte> packed = pack(file);
    const std::vector<std::byte> container = pack_workload_file(packed);
    const Sha256Digest digest = sha256(packed);
    replace_file(options.output,
                 {reinterpret_cast<const char*>(container.data()), container.size()});
    fmt::print("{}: {} bytes, {} inputs, workload sha256 {}\n", options.output, container.size(),
               file.input_count(), hex_text(std::as_bytes(std::span(digest))));
    return ExitStatus::Ok;
}

} // namespace

void add_pack_command(Command& app, Action& action) {
    Command command =
        app.add_command("pack", "pack a workload file into what an image is booted with");
    const auto options = std::make_shared<PackOptions>();
    command.text("FILE", options->file, "the workload file (docs/workload.md)").required();
    command.text("-o,--output", options->output, "the container").value("OUT").required();
    command.footer(FOOTER);
    command.when_chosen([options, &action] { action = [options] { return pack_file(*options); }; });
}

} // namespace knhk::tools
