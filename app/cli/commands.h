#pragma once

#include <CLI/CLI.hpp>

namespace equi::cli {

// What --precision says of itself.
inline constexpr const char* kPrecisionHelp =
    "auto, float32, bfloat16, or int8 (8-bit weights: large models on the CPU)";

// Each adds one sub-command with its options, help and callback; one source file each. A callback throws
// equi::Error for what the user should read; main turns it into one line and an exit code.
void add_import(CLI::App& app);
void add_info(CLI::App& app);
void add_verify(CLI::App& app);
void add_reconstruct(CLI::App& app);
void add_generate(CLI::App& app);
void add_extend(CLI::App& app);
void add_inspect(CLI::App& app);
void add_bench(CLI::App& app);
void add_scenes(CLI::App& app);
void add_train(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_export(CLI::App& app);
void add_batch(CLI::App& app);

// The exit code that a finished command asked for (0 unless it called this), for outcomes that are no error
// of use, as a verification that found a difference.
void set_exit_code(int code);

}  // namespace equi::cli
