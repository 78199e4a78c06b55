#include "core/base/device.h"

#include <charconv>

#include <fmt/format.h>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"

namespace equi {

std::string Device::name() const {
  return kind == Kind::cpu ? "cpu" : fmt::format("cuda:{}", index);
}

std::string name(Precision precision) {
  switch (precision) {
    case Precision::float32:
      return "float32";
    case Precision::bfloat16:
      return "bfloat16";
    case Precision::int8:
      break;
  }
  return "int8";
}

Device parse_device(const std::string& text) {
  if (text == "cpu") return {};
  if (text == "auto") {
    return cuda_status().torch_loaded ? Device{Device::Kind::cuda, 0} : Device{};
  }
  Device device{Device::Kind::cuda, 0};
  if (text.starts_with("cuda:")) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + 5, end, device.index);
    if (parsed.ec != std::errc() || parsed.ptr != end || device.index < 0) device.index = -1;
  } else if (text != "cuda") {
    device.index = -1;
  }
  if (device.index < 0) {
    throw Error(ErrorKind::bad_input, "device", fmt::format("'{}' is not a device", printable(text)),
                "use cpu, cuda, cuda:N or auto");
  }
  const CudaStatus& status = cuda_status();
  if (!status.torch_loaded) throw Error(ErrorKind::unsupported, "device " + text, status.reason, "use cpu");
  if (device.index >= static_cast<int>(status.devices.size())) {
    throw Error(ErrorKind::unsupported, "device " + text,
                fmt::format("this machine has {} CUDA device(s)", status.devices.size()));
  }
  return device;
}

Precision parse_precision(const std::string& text) {
  if (text == "float32" || text == "fp32" || text == "f32") return Precision::float32;
  if (text == "bfloat16" || text == "bf16") return Precision::bfloat16;
  if (text == "int8") return Precision::int8;
  throw Error(ErrorKind::bad_input, "precision", fmt::format("'{}' is not known", printable(text)),
              "use float32, bfloat16 or int8");
}

Precision parse_tensor_precision(const std::string& text) {
  const auto precision = parse_precision(text);
  if (precision != Precision::int8) return precision;
  throw Error(ErrorKind::bad_input, "precision", "8-bit weights serve generation alone",
              "use float32 or bfloat16 here");
}

}  // namespace equi
