#include "core/sampling/guided_step.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <fmt/format.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cuda/kernels.h"
#include "core/model/generator.h"

namespace equi::sampling {
namespace {

using Kernel = decltype(&equi_cuda_guided_step_f32);

// The kernel of a library whose interface is ours, or nullptr.
Kernel load_kernel() {
  const auto abi = reinterpret_cast<decltype(&equi_cuda_abi)>(cuda_kernel_symbol("equi_cuda_abi"));
  if (abi == nullptr || abi() != EQUI_CUDA_ABI) return nullptr;
  return reinterpret_cast<Kernel>(cuda_kernel_symbol("equi_cuda_guided_step_f32"));
}

void* current_stream(const torch::Device& device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle();
}

}  // namespace

torch::Tensor guided_step(const torch::Tensor& z, const torch::Tensor& velocities, double scale, double dt) {
  const bool fusable = z.is_cuda() && z.scalar_type() == torch::kFloat32 &&
                       velocities.scalar_type() == torch::kFloat32 && velocities.is_contiguous();
  static const Kernel kernel = load_kernel();
  if (!fusable || kernel == nullptr || !cuda_kernels_fit(z.get_device()))
    return z + dt * model::guide(velocities, scale);
  auto next = z.clone(torch::MemoryFormat::Contiguous);
  const c10::impl::VirtualGuardImpl guard(z.device().type());
  const auto before = guard.exchangeDevice(z.device());
  const int code = kernel(next.data_ptr<float>(), velocities.const_data_ptr<float>(), next.numel(),
                          static_cast<float>(scale), static_cast<float>(dt), current_stream(z.device()));
  guard.setDevice(before);
  if (code != 0) throw Error(ErrorKind::internal, "guided step kernel", fmt::format("CUDA error {}", code));
  return next;
}

}  // namespace equi::sampling
