#include "ui/batch/plan_form.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>

#include "core/batch/naming.h"
#include "core/batch/picture_output.h"
#include "core/media/pending_file.h"
#include "ui/app_controller.h"
#include "ui/batch/number_list.h"
#include "ui/disk_watch.h"
#include "ui/frame/dialog.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::int64_t kMostNumbers = 100000;
constexpr int kMostProposals = 1000;
// Names are compared while typing up to here; all are when it starts.
constexpr std::int64_t kCheckedItems = 20000;

struct PictureFormat {
  const char* text;
  media::Format format;
};
constexpr PictureFormat kPictureFormats[] = {{"PNG", media::Format::png},
                                             {"JPEG", media::Format::jpeg},
                                             {"WebP", media::Format::webp},
                                             {"TIFF", media::Format::tiff},
                                             {"Deep zoom", media::Format::deep_zoom}};

QString duration(double seconds) {
  const auto minutes = static_cast<qint64>(seconds / 60);
  if (minutes < 2) return PlanForm::tr("%L1 s").arg(seconds, 0, 'f', 0);
  if (minutes < 120) return PlanForm::tr("%L1 min").arg(minutes);
  return PlanForm::tr("%L1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

// What `work` gives; an error of it is told as one of this field.
template <class Work>
auto named(const QString& field, Work work) {
  try {
    return work();
  } catch (const Error& e) {
    throw Error(e.kind(), field.toStdString(), e.message(), e.hint());
  }
}

[[noreturn]] void refuse_field(const QString& field, const QString& why) {
  throw Error(ErrorKind::bad_input, field.toStdString(), why.toStdString());
}

}  // namespace

PlanForm::PlanForm(AppController* app, QWidget* parent)
    : QWidget(parent), app_(app), disk_(new DiskWatch(app, this)) {
  facts_ = new QLabel;
  facts_->setProperty("role", "heading");
  facts_->setWordWrap(true);
  problem_ = new QLabel;
  problem_->setProperty("role", "warning");
  problem_->setWordWrap(true);
  auto* right = new QVBoxLayout;
  right->setSpacing(Space::s);
  right->addWidget(make_settings());
  right->addStretch();
  right->addWidget(problem_);
  right->addWidget(facts_);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::xl);
  layout->addWidget(make_scenes(), 2);
  layout->addLayout(right, 3);
  connect(app_, &AppController::engine_changed, this, &PlanForm::fill_scenes);
  connect(folder_, &QLineEdit::textChanged, disk_, &DiskWatch::look_at);
  connect(disk_, &DiskWatch::changed, this, &PlanForm::update_plan);
  disk_->look_at(folder_->text());
  fill_scenes();
}

QWidget* PlanForm::make_scenes() {
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  auto* title = new QLabel(tr("Sc&enes"));
  filter_ = new QLineEdit;
  filter_->setPlaceholderText(tr("Find a scene"));
  filter_->setClearButtonEnabled(true);
  scenes_ = new QListWidget;
  scenes_->setAccessibleName(tr("Scenes"));
  title->setBuddy(scenes_);
  auto* all = new QPushButton(tr("A&ll"));
  auto* none = new QPushButton(tr("&None"));
  auto* row = new QHBoxLayout;
  row->setSpacing(Space::s);
  row->addWidget(title);
  row->addStretch();
  for (QPushButton* button : {all, none}) {
    button->setAutoDefault(false);
    button->setProperty("role", "ghost");
    row->addWidget(button);
  }
  layout->addLayout(row);
  layout->addWidget(filter_);
  layout->addWidget(scenes_, 1);
  const auto check_shown = [this](Qt::CheckState state) {
    const QSignalBlocker quiet(scenes_);
    for (int i = 0; i < scenes_->count(); ++i) {
      if (!scenes_->item(i)->isHidden()) scenes_->item(i)->setCheckState(state);
    }
    update_plan();
  };
  connect(all, &QPushButton::clicked, this, [check_shown] { check_shown(Qt::Checked); });
  connect(none, &QPushButton::clicked, this, [check_shown] { check_shown(Qt::Unchecked); });
  connect(scenes_, &QListWidget::itemChanged, this, &PlanForm::update_plan);
  connect(filter_, &QLineEdit::textChanged, this, &PlanForm::filter_scenes);
  return box;
}

void PlanForm::filter_scenes() {
  for (int i = 0; i < scenes_->count(); ++i) {
    auto* item = scenes_->item(i);
    item->setHidden(!item->text().contains(filter_->text(), Qt::CaseInsensitive));
  }
}

QWidget* PlanForm::make_folder() {
  folder_ = new QLineEdit;
  folder_->setAccessibleName(tr("Folder"));
  propose_folder();
  auto* choose = new QPushButton(tr("C&hoose…"));
  choose->setAutoDefault(false);
  connect(choose, &QPushButton::clicked, this, [this] {
    const QString path =
        QFileDialog::getExistingDirectory(this, tr("Folder for the pictures"), folder_->text());
    if (!path.isEmpty()) folder_->setText(path);
  });
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(folder_, 1);
  layout->addWidget(choose);
  row->setFocusProxy(folder_);
  return row;
}

void PlanForm::propose_folder() {
  const QString home = app_->settings().folder().isEmpty() ? QDir::homePath() : app_->settings().folder();
  const QDir parent(app_->settings().value(QStringLiteral("batch/parent"), home).toString());
  const auto named = [&](int n) { return parent.filePath(tr("batch") + QStringLiteral("-%1").arg(n)); };
  int n = 1;
  while (n < kMostProposals && QFileInfo::exists(named(n))) ++n;
  folder_->setText(QDir::toNativeSeparators(named(n)));
}

void PlanForm::remember_folder() {
  app_->settings().set_value(QStringLiteral("batch/parent"), QFileInfo(folder_->text()).absolutePath());
}

std::vector<std::pair<const char*, QLineEdit*>> PlanForm::texts() const {
  return {{"batch/seeds", seeds_},
          {"batch/widths", widths_},
          {"batch/guidance", guidance_},
          {"batch/steps", steps_},
          {"batch/pattern", pattern_}};
}

QStringList PlanForm::chosen_scenes() const {
  QStringList names;
  for (int i = 0; i < scenes_->count(); ++i) {
    if (scenes_->item(i)->checkState() == Qt::Checked) names << scenes_->item(i)->text();
  }
  return names;
}

PlanForm::~PlanForm() {
  AppSettings& settings = app_->settings();
  for (const auto& [key, field] : texts()) settings.set_value(QLatin1String(key), field->text());
  settings.set_value(QStringLiteral("batch/format"), format_->currentIndex());
  settings.set_value(QStringLiteral("batch/seamless"), seamless_->isChecked());
  settings.set_value(QStringLiteral("batch/scenes"), chosen_scenes());
}

QWidget* PlanForm::make_settings() {
  auto* box = new QWidget;
  auto* form = new QFormLayout(box);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(Space::s);
  form->setHorizontalSpacing(Space::l);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  seeds_ = new QLineEdit(QStringLiteral("1-10"));
  widths_ = new QLineEdit(QStringLiteral("64"));
  guidance_ = new QLineEdit;
  steps_ = new QLineEdit;
  pattern_ = new QLineEdit(QStringLiteral("{scene}-{seed}"));
  for (const auto& [key, field] : texts())
    field->setText(app_->settings().value(QLatin1String(key), field->text()).toString());
  format_ = new QComboBox;
  for (const auto& each : kPictureFormats)
    format_->addItem(QLatin1String(each.text), static_cast<int>(each.format));
  format_->setCurrentIndex(
      std::clamp(app_->settings().value(QStringLiteral("batch/format"), 0).toInt(), 0, format_->count() - 1));
  seamless_ = new QCheckBox(tr("Make each picture sea&mless"));
  seamless_->setChecked(app_->settings().value(QStringLiteral("batch/seamless"), false).toBool());
  form->addRow(tr("&Seeds"), seeds_);
  form->addRow(tr("&Columns"), widths_);
  form->addRow(tr("&Guidance"), guidance_);
  form->addRow(tr("S&teps"), steps_);
  form->addRow(tr("&Format"), format_);
  form->addRow(QString(), seamless_);
  form->addRow(tr("F&older"), make_folder());
  form->addRow(tr("N&ames"), pattern_);
  auto* hint = new QLabel(
      tr("Numbers as 1, 5, 9-20. Names may hold {scene} {seed} {width} {guidance} {steps} {index}."));
  hint->setProperty("role", "small");
  hint->setWordWrap(true);
  form->addRow(QString(), hint);
  align_labels(form);
  for (QLineEdit* field : {seeds_, widths_, guidance_, steps_, folder_, pattern_}) {
    connect(field, &QLineEdit::textChanged, this, &PlanForm::update_plan);
  }
  connect(format_, &QComboBox::currentIndexChanged, this, &PlanForm::update_plan);
  connect(seamless_, &QCheckBox::toggled, this, &PlanForm::update_plan);
  return box;
}

// Scenes that were chosen before, in the dialog of before or with the model of before, are chosen again.
// Names may repeat: each choice takes one scene.
void PlanForm::fill_scenes() {
  const QSignalBlocker quiet(scenes_);
  QStringList chosen = scenes_->count() > 0
                           ? chosen_scenes()
                           : app_->settings().value(QStringLiteral("batch/scenes")).toStringList();
  scenes_->clear();
  if (const auto engine = app_->engine()) {
    for (const auto& name : engine->manifest().class_names) {
      auto* item = new QListWidgetItem(QString::fromStdString(name), scenes_);
      item->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsEnabled | Qt::ItemIsSelectable);
      item->setCheckState(chosen.removeOne(item->text()) ? Qt::Checked : Qt::Unchecked);
    }
    if (chosen_scenes().isEmpty() && scenes_->count() > 0) scenes_->item(0)->setCheckState(Qt::Checked);
    filter_scenes();
    const auto settings = engine->default_settings();
    guidance_->setPlaceholderText(tr("%1, the model's own").arg(QLocale().toString(settings.guidance.scale)));
    steps_->setPlaceholderText(tr("%1, the model's own").arg(settings.solver.evaluations));
  }
  update_plan();
}

void PlanForm::show_problem(const QString& text) {
  problem_->setText(text);
  problem_->setVisible(!text.isEmpty());
}

void PlanForm::set_columns_per_second(double rate) {
  columns_per_second_ = rate;
  update_plan();
}

batch::Plan PlanForm::read() const {
  batch::Plan plan;
  plan.model = app_->engine()->folder();
  plan.folder = to_path(folder_->text());
  plan.name = pattern_->text().toStdString();
  plan.format.format = static_cast<media::Format>(format_->currentData().toInt());
  plan.seamless = seamless_->isChecked();
  int checked = 0;
  for (int i = 0; i < scenes_->count(); ++i) {
    if (scenes_->item(i)->checkState() != Qt::Checked) continue;
    ++checked;
    plan.scenes.push_back(std::to_string(i));  // by number: names may repeat
  }
  if (checked == 0) refuse_field(tr("Scenes"), tr("none is chosen"));
  plan.seeds = named(tr("Seeds"), [&] { return parse_seeds(seeds_->text(), kMostNumbers); });
  plan.widths = named(
      tr("Columns"), [&] { return parse_numbers(widths_->text(), 2, batch::kMaxPlanColumns, kMostNumbers); });
  plan.guidance =
      named(tr("Guidance"), [&] { return parse_decimals(guidance_->text(), 0, 100, kMostNumbers); });
  for (const auto n :
       named(tr("Steps"), [&] { return parse_numbers(steps_->text(), 1, 10000, kMostNumbers); })) {
    plan.steps.push_back(static_cast<int>(n));
  }
  if (plan.seeds.empty()) refuse_field(tr("Seeds"), tr("none is given"));
  if (plan.widths.empty()) refuse_field(tr("Columns"), tr("none is given"));
  return plan;
}

void PlanForm::show_facts(const batch::Plan& plan) {
  const auto e = batch::estimate(plan, batch::facts_of(*app_->engine()), columns_per_second_);
  const auto bytes = static_cast<qint64>(e.bytes);
  QStringList parts = {e.items == 1 ? tr("1 picture") : tr("%L1 pictures").arg(e.items),
                       tr("%L1 columns").arg(e.columns),
                       tr("about %1").arg(QLocale().formattedDataSize(bytes, bytes < (1 << 20) ? 0 : 1))};
  parts << (e.seconds > 0 ? tr("about %1").arg(duration(e.seconds)) : tr("time not known yet"));
  facts_->setText(parts.join(QStringLiteral("  ·  ")));
}

QString PlanForm::space_warning() const {
  if (!plan_) return {};
  return disk_->warning(batch::estimate(*plan_, batch::facts_of(*app_->engine()), 0).bytes);
}

void PlanForm::check(const batch::Plan& plan) const {
  if (plan.folder.empty()) refuse_field(tr("Folder"), tr("is empty"));
  named(tr("Names"), [&] { batch::check_pattern(plan.name); });
  const auto facts = batch::facts_of(*app_->engine());
  const auto count = batch::count_items(plan, static_cast<std::int64_t>(facts.class_names.size()));
  if (count <= kCheckedItems) batch::expand(plan, facts, 1);
  media::validate(plan.format, *std::ranges::max_element(plan.widths) * facts.column_pixels, facts.height);
}

void PlanForm::update_plan() {
  plan_.reset();
  facts_->clear();
  problem_->clear();
  if (app_->engine()) {
    try {
      auto plan = read();
      show_facts(plan);
      check(plan);
      plan_ = std::move(plan);
      problem_->setText(space_warning());
    } catch (const Error& error) {
      problem_->setText(describe(error).detail);
    }
  } else {
    problem_->setText(tr("There is no model to make pictures with."));
  }
  problem_->setVisible(!problem_->text().isEmpty());
  Q_EMIT changed();
}

}  // namespace equi::ui
