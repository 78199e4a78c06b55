#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace equi {

// The tokenizer's architecture as plain data (algorithm.md, section 1). Every size is a field.
struct TokenizerConfig {
  int image_channels = 3;                                     // RGB
  int image_height = 256;                                     // H, pixels; the width is free
  int encoder_channels = 128;                                 // ch
  int decoder_channels = 128;                                 // decoder_ch, or ch
  std::vector<int> channel_multipliers = {1, 1, 2, 4, 4};     // one per level
  std::vector<bool> halves_width = {true, true, true, true};  // per resampling: stride (2,2), otherwise (2,1)
  std::vector<bool> level_attention = {false, false, false, false, true};  // one per level
  int blocks_per_level = 2;    // ResNet blocks; the decoder has one more
  int z_channels = 256;        // channels of the 2-D latent
  int token_width = 256;       // E
  int norm_groups = 32;        // of every GroupNorm
  double posterior_std = 2.5;  // training noise (section 1)

  int levels() const { return static_cast<int>(channel_multipliers.size()); }
  int latent_rows() const { return image_height >> (levels() - 1); }
  int column_features() const { return z_channels * latent_rows(); }  // one flattened column
  int column_pixels() const {                                         // 16 in the published model
    int pixels = 1;
    for (const bool half : halves_width) pixels *= half ? 2 : 1;
    return pixels;
  }
  bool operator==(const TokenizerConfig&) const = default;
};

// The generator's architecture and its sampling defaults as plain data (sections 2 and 3).
struct GeneratorConfig {
  std::string model_name = "large_model";  // as the training run called it
  int token_width = 256;                   // E
  int width = 1024;                        // d
  int heads = 16;
  int blocks = 32;       // 2 * depth
  int mlp_width = 4096;  // hidden width of a block's MLP
  int class_count = 1000;
  int condition_tokens = 16;  // buffer_size
  int cond_length = 3;        // columns a token sees before itself; 0: all
  int flow_width = 1280;      // diffloss_w, w
  int flow_depth = 12;        // diffloss_d
  int time_features = 256;    // sinusoidal features of t
  int shift_num = 16;         // rope shift range in training
  int train_columns = 16;     // token_num
  double label_drop = 0.1;
  double attention_dropout = 0.1;
  double projection_dropout = 0.1;
  int diffusion_batch_mul = 4;
  // Sampling defaults of the training run.
  int sampling_steps = 100;
  std::string guidance_schedule = "linear";

  int head_width() const { return width / heads; }
  bool operator==(const GeneratorConfig&) const = default;
};

// Throw Error(bad_input) naming `where` when a field is out of its range (sizes 1..65536, levels 1..8,
// widths divisible by heads and groups, ...), so that a hostile manifest cannot size an allocation.
void validate(const TokenizerConfig& config, const std::string& where);
void validate(const GeneratorConfig& config, const std::string& where);

// One weight tensor a model of this configuration needs: its name in the authors' code and its shape.
struct WeightSpec {
  std::string name;
  std::vector<std::int64_t> shape;
};

// Every weight of the model, in the order of the authors' state dict.
std::vector<WeightSpec> weight_specs(const TokenizerConfig& config);
std::vector<WeightSpec> weight_specs(const GeneratorConfig& config);

}  // namespace equi
