#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint/safetensors.h"
#include "core/model/weights.h"

// Compares a model with recorded inputs and outputs of the authors' code.
namespace equi::eval {

// One recorded tensor against ours.
struct GoldenResult {
  std::string name;
  double error = 0.0;           // relative, ||ours - golden|| / ||golden||
  std::optional<double> bound;  // none: reported, not judged
  std::string skipped;          // why it was not computed; empty when it was

  bool failed() const { return skipped.empty() && bound && !(error <= *bound); }
};

// Computes every tensor of `golden` whose name is known, whatever the sizes in the names:
//   image_<w> -> latent_mean_<w>, recon_<w>;  latent_<x> -> decoded_<x>;  tokens, labels -> z_cond, z_uncond;
//   flow_x, flow_t, flow_c -> flow_v, flow_v_cfg<scale>;  sample_cfg<scale>[_<schedule>]_{noise,tokens};
//   continue[_cfg<scale>[_<schedule>]]_{prefix,noise,tokens};  loss_{t,noise,value};  grad.<parameter>;
//   rope_<n>.
// Bounds: float32 on the CPU 1e-4, on CUDA 1e-3 (TF32 is switched off); bfloat16 3e-2 on velocities, the rest
// reported only. Sorted by error, the largest last; skipped ones first.
// Throws Error(bad_input) when the file holds inputs of other sizes than the model's.
std::vector<GoldenResult> verify_golden(const model::Model& model, const SafetensorsFile& golden);

}  // namespace equi::eval
