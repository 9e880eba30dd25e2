// SPDX-License-Identifier: MIT
// LOG.manifest.json: where, when and how long a run ran. It lies beside the log, because nothing of
// it may be in the log.
#pragma once

#include "tools/host/failure.hpp"
#include "tools/host/json_tree.hpp"
#include "tools/run/console_record.hpp"
#include "tools/run/image_file.hpp"
#include "tools/run/log_sink.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

class Manifest {
  public:
    /// What is known before the run. `sink` outlives this.
    [[nodiscard]] static Manifest at_start(const RunOptions& options, const ImageFile& image,
                                           const LogSink& sink);

    // Both write only when a log in a plain file was begun.
    void write_succeeded(const RunFigures& figures, u64 elapsed_ns);
    /// Never throws: the failure that is reported is the run's.
    void write_failed(const Failure& failure, u64 elapsed_ns) noexcept;

  private:
    explicit Manifest(const LogSink& sink) : sink_(&sink) {}
    [[nodiscard]] bool is_wanted() const;
    void write(u64 elapsed_ns);

    const LogSink* sink_;
    Json facts_;
};

[[nodiscard]] std::filesystem::path manifest_path(const std::filesystem::path& log);

} // namespace knhk::tools
