#include "app/cli/byte_floor.h"

namespace equi::cli {
namespace {

bool contains(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

}  // namespace

ByteFloor byte_floor(const model::Generator& generator) {
  ByteFloor floor;
  const auto buffers = generator->named_buffers();
  for (const auto& item : generator->named_parameters()) {
    const std::string& name = item.key();
    const auto* int8 = buffers.find(name + "_int8");  // model::quantize_blocks
    const auto bytes = static_cast<std::int64_t>(int8 == nullptr ? item.value().nbytes() : int8->nbytes());
    if (contains(name, "adaLN_modulation") || contains(name, "cond_embed")) {
      floor.modulations += bytes;
    } else if (contains(name, "time_embed") || contains(name, "attn2.k.") || contains(name, "attn2.v.") ||
               contains(name, "cross_cond_norm") || contains(name, "class_emb") || name == "fake_latent" ||
               name == "encoder_pos_embed_learned") {
      continue;
    } else if (contains(name, "diffloss.")) {
      floor.per_evaluation += bytes;
    } else {
      floor.transformer += bytes;
    }
  }
  return floor;
}

}  // namespace equi::cli
