#include "core/train/communicator.h"

#include <chrono>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"

namespace equi::train {
namespace {

constexpr auto kTimeout = std::chrono::seconds(300);
constexpr auto kPreparation = std::chrono::hours(24);
constexpr auto kBetweenLooks = std::chrono::milliseconds(100);
constexpr char kPrepared = '+', kFailed = '-';

using Backend = c10::intrusive_ptr<c10d::Backend>;

struct Place {
  int rank = 0, size = 1;
  std::string address;
};

Backend gloo(const c10::intrusive_ptr<c10d::Store>& store, const Place& place) {
  auto options = c10d::ProcessGroupGloo::Options::create(kTimeout);
  options->devices.push_back(place.address == "127.0.0.1" || place.address == "localhost"
                                 ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                 : c10d::ProcessGroupGloo::createDefaultDevice());
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, options);
}

// Empty where our NCCL library was not built (no toolkit) or cannot be loaded.
Backend nccl(const c10::intrusive_ptr<c10d::Store>& store, const Place& place) {
  using Make = c10d::Backend* (*)(c10d::Store*, int, int, int);
  const auto make = reinterpret_cast<Make>(cuda_library_symbol("libequicanvas_nccl.so", "equi_nccl_backend"));
  if (make == nullptr) return {};
  return Backend::reclaim(make(store.get(), place.rank, place.size, static_cast<int>(kTimeout.count())));
}

class Processes : public Communicator {
 public:
  // `device`: where the backend wants its tensors.
  Processes(c10::intrusive_ptr<c10d::Store> store, Backend backend, const torch::Device& device,
            const Place& place)
      : rank_(place.rank),
        size_(place.size),
        device_(device),
        store_(std::move(store)),
        group_(std::move(backend)) {}

  std::int64_t rank() const override { return rank_; }
  std::int64_t size() const override { return size_; }

  void average(std::vector<torch::Tensor>& tensors) override {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> flat;
    for (const auto& tensor : tensors) flat.push_back(tensor.reshape({-1}));
    auto packed = torch::cat(flat).to(device_);
    sum(packed);
    packed.div_(static_cast<double>(size_));
    std::int64_t offset = 0;
    for (auto& tensor : tensors) {
      tensor.copy_(packed.narrow(0, offset, tensor.numel()).view(tensor.sizes()));
      offset += tensor.numel();
    }
  }

  bool any(bool value) override {
    auto flag = torch::full({1}, value ? 1.0 : 0.0, device_);
    sum(flag);
    return flag.item<double>() > 0.5;
  }

  void barrier() override { any(false); }

  void wait_for_first(const std::function<void()>& prepare) override {
    const auto key = fmt::format("equicanvas/prepared/{}", ++preparations_);
    if (!first()) return wait_for(key);
    try {
      prepare();
    } catch (const std::exception& e) {
      tell(key, fmt::format("{}{}", kFailed, e.what()));
      meet();
      throw;
    }
    if (!tell(key, std::string(1, kPrepared)))
      throw Error(ErrorKind::io, "processes", "their common store is lost");
  }

 private:
  // False when nobody can hear it any more.
  bool tell(const std::string& key, const std::string& outcome) {
    try {
      store_->set(key, outcome);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  // Returns when all have come here or one is gone: the first keeps the store open until the others have
  // read from it why it ends.
  bool meet() {
    try {
      barrier();
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  void wait_for(const std::string& key) {
    const auto outcome = heard(key);
    if (!outcome.empty() && outcome.front() == kPrepared) return;
    meet();
    throw Error(ErrorKind::io, "the first process of the run",
                outcome.empty() ? "failed" : outcome.substr(1));
  }

  // In looks, not one long wait: that would keep the store from the threads of NCCL.
  std::string heard(const std::string& key) {
    const auto end = std::chrono::steady_clock::now() + kPreparation;
    try {
      while (!store_->check({key})) {
        if (std::chrono::steady_clock::now() > end) {
          throw Error(ErrorKind::io, "processes", "the first one prepares for more than a day");
        }
        std::this_thread::sleep_for(kBetweenLooks);
      }
      return store_->get_to_str(key);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {
      throw Error(ErrorKind::io, "processes",
                  fmt::format("the first process of the run does not answer: {}", e.what()));
    }
  }

  void sum(torch::Tensor& tensor) {
    std::vector<torch::Tensor> one = {tensor};
    try {
      group_->allreduce(one)->wait();
    } catch (const std::exception& e) {
      throw Error(ErrorKind::io, "processes",
                  fmt::format("another process of the run does not answer: {}", e.what()));
    }
  }

  std::int64_t rank_, size_;
  std::int64_t preparations_ = 0;
  torch::Device device_;
  c10::intrusive_ptr<c10d::Store> store_;
  Backend group_;
};

std::optional<std::string> variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? std::nullopt : std::optional<std::string>(text);
}

std::int64_t number(const char* name, std::int64_t low, std::int64_t high) {
  const auto text = variable(name);
  if (!text) {
    throw Error(ErrorKind::bad_input, name, "is not set, though WORLD_SIZE is above 1",
                "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for every process");
  }
  char* end = nullptr;
  const auto value = std::strtoll(text->c_str(), &end, 10);
  if (*end != '\0' || value < low || value > high) {
    throw Error(ErrorKind::bad_input, name,
                fmt::format("is '{}', not a number from {} to {}", printable(*text), low, high));
  }
  return value;
}

}  // namespace

std::shared_ptr<Communicator> join_processes(const torch::Device& device) {
  if (!variable("WORLD_SIZE")) return std::make_shared<Communicator>();
  const auto size = number("WORLD_SIZE", 1, 65536);
  if (size == 1) return std::make_shared<Communicator>();
  const auto rank = number("RANK", 0, size - 1);
  const auto port = number("MASTER_PORT", 1, 65535);
  const auto address = variable("MASTER_ADDR");
  if (!address) throw Error(ErrorKind::bad_input, "MASTER_ADDR", "is not set, though WORLD_SIZE is above 1");
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.isServer = rank == 0;
  options.numWorkers = static_cast<std::size_t>(size);
  options.timeout = kTimeout;
  try {
    const auto store = c10::make_intrusive<c10d::TCPStore>(*address, options);
    const Place place{static_cast<int>(rank), static_cast<int>(size), *address};
    if (device.is_cuda()) {
      if (auto backend = nccl(store, place))
        return std::make_shared<Processes>(store, backend, device, place);
    }
    return std::make_shared<Processes>(store, gloo(store, place), torch::kCPU, place);
  } catch (const std::exception& e) {
    throw Error(ErrorKind::io, fmt::format("{}:{}", *address, port),
                fmt::format("the processes of the run did not come together: {}", e.what()));
  }
}

}  // namespace equi::train
