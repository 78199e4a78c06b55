#include "core/stream/work_recorder.h"

#include <array>

#include "core/base/cuda_loader.h"
#include "core/base/error.h"
#include "core/cuda/torch_graph.h"

namespace equi::stream {
namespace {

class PlainWork final : public RecordedWork {
 public:
  explicit PlainWork(std::function<void()> body) : body_(std::move(body)) {}
  void replay() override { body_(); }

 private:
  std::function<void()> body_;
};

class PlainRecorder final : public WorkRecorder {
 public:
  std::unique_ptr<RecordedWork> record(const std::function<void()>& body) override {
    body();
    return std::make_unique<PlainWork>(body);
  }
  const std::string& reason() const override { return none_; }

 private:
  std::string none_;
};

// The entry points of our library.
struct Library {
  decltype(&equi_torch_graph_record) record = nullptr;
  decltype(&equi_torch_graph_replay) replay = nullptr;
  decltype(&equi_torch_graph_destroy) destroy = nullptr;
  bool complete = false;

  Library() {
    complete = find("equi_torch_graph_record", record) && find("equi_torch_graph_replay", replay) &&
               find("equi_torch_graph_destroy", destroy);
  }

 private:
  template <class Function>
  static bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(cuda_library_symbol("libequicanvas_torch_graph.so", name));
    return function != nullptr;
  }
};

const Library& library() {
  static const Library loaded;
  return loaded;
}

using Reason = std::array<char, 512>;

class CudaWork final : public RecordedWork {
 public:
  CudaWork(void* graph, const Library& library)
      : graph_(graph), replay_(library.replay), destroy_(library.destroy) {}
  CudaWork(const CudaWork&) = delete;
  CudaWork& operator=(const CudaWork&) = delete;
  ~CudaWork() override { destroy_(graph_); }

  void replay() override {
    Reason why{};
    if (replay_(graph_, why.data(), why.size()) != 0) {
      throw Error(ErrorKind::internal, "CUDA graph", why.data());
    }
  }

 private:
  void* graph_;
  decltype(&equi_torch_graph_replay) replay_;
  decltype(&equi_torch_graph_destroy) destroy_;
};

class CudaRecorder final : public WorkRecorder {
 public:
  explicit CudaRecorder(const torch::Device& device) : device_(device) {}

  std::unique_ptr<RecordedWork> record(const std::function<void()>& body) override {
    Reason why{};
    auto copy = body;
    const auto call = [](void* context) { (*static_cast<std::function<void()>*>(context))(); };
    void* graph = library().record(device_.index(), call, &copy, why.data(), why.size());
    if (graph != nullptr) return std::make_unique<CudaWork>(graph, library());
    reason_ = why.data();
    return nullptr;
  }
  const std::string& reason() const override { return reason_; }

 private:
  std::string reason_;
  torch::Device device_;
};

}  // namespace

std::unique_ptr<WorkRecorder> plain_recorder() {
  return std::make_unique<PlainRecorder>();
}

std::unique_ptr<WorkRecorder> cuda_recorder(const torch::Device& device) {
  if (!device.is_cuda() || !library().complete) return nullptr;
  return std::make_unique<CudaRecorder>(device);
}

}  // namespace equi::stream
