#pragma once

#include <fstream>
#include <map>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/batch/picture_output.h"
#include "core/batch/queue.h"
#include "core/batch/runner.h"
#include "tests/support/golden_bundle.h"

namespace equi::batch {

inline std::shared_ptr<const engine::Engine> golden_engine() {
  static const auto engine = engine::Engine::load(testing::golden_bundle());
  return engine;
}

// A model's facts without a model.
inline ModelFacts some_facts() {
  ModelFacts facts;
  facts.name = "tiny";
  facts.tokenizer_sha256 = std::string(64, 'a');
  facts.generator_sha256 = std::string(64, 'b');
  facts.class_names = {"alps", "sea", "old/town"};
  return facts;
}

inline Plan small_plan(const std::filesystem::path& folder) {
  Plan plan;
  plan.model = testing::golden_bundle();
  plan.folder = folder;
  plan.scenes = {"0", "1"};
  plan.seeds = {1, 2, 3};
  plan.widths = {6};
  plan.guidance = {3.0};
  plan.steps = {4};
  plan.name = "{scene}-{seed}";
  plan.batch = 4;
  return plan;
}

// SHA-256 of every picture in a folder, by name; also of what is half written.
inline std::map<std::string, std::string> hashes(const std::filesystem::path& folder,
                                                 const std::string& ending = ".png") {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ending) all[entry.path().filename().string()] = sha256_file(entry.path());
  }
  return all;
}

inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace equi::batch
