#include "ui/grow/generation_panel.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/app_controller.h"
#include "ui/frame/actions.h"
#include "ui/frame/dialog.h"
#include "ui/frame/field_keys.h"
#include "ui/scenes/scene_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QToolButton* small_button(const QString& icon_name, const QString& tip) {
  auto* button = new QToolButton;
  button->setIcon(icon(icon_name));
  button->setIconSize(QSize(Size::icon, Size::icon));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  return button;
}

QString method_title(sampling::Method method) {
  using sampling::Method;
  switch (method) {
    case Method::euler:
      return GenerationPanel::tr("Euler (the authors')");
    case Method::heun:
      return GenerationPanel::tr("Heun");
    case Method::midpoint:
      return GenerationPanel::tr("Midpoint");
    case Method::adams2:
      return GenerationPanel::tr("Adams 2");
    case Method::adams3:
      return GenerationPanel::tr("Adams 3");
    case Method::corrected2:
      return GenerationPanel::tr("Predictor-corrector 2");
    case Method::corrected3:
      return GenerationPanel::tr("Predictor-corrector 3");
    case Method::clean2:
      return GenerationPanel::tr("Exponential 2");
    case Method::clean3:
      return GenerationPanel::tr("Exponential 3");
    case Method::dpm2:
      return GenerationPanel::tr("DPM-Solver++ 2M");
  }
  return QString::fromStdString(sampling::name(method));
}

// Solvers whose step takes two evaluations.
bool two_each(const stream::GenerationSettings& settings) {
  return settings.solver.method == sampling::Method::heun ||
         settings.solver.method == sampling::Method::midpoint;
}

}  // namespace

GenerationPanel::GenerationPanel(AppController* app, Actions* actions, QWidget* parent)
    : QWidget(parent), app_(app), actions_(actions) {
  setProperty("role", "panel");
  setAttribute(Qt::WA_StyledBackground);
  scene_ = new QLabel;
  scene_->setWordWrap(true);
  scene_->setProperty("role", "muted");
  disclosure_ = new QToolButton;
  disclosure_->setText(tr("Advanced"));
  disclosure_->setCheckable(true);
  disclosure_->setProperty("role", "disclosure");
  disclosure_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  disclosure_->setArrowType(Qt::RightArrow);
  disclosure_->setIconSize(QSize(12, 12));
  advanced_ = advanced();

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Space::m, Space::m, Space::m, Space::m);
  layout->setSpacing(Space::s);
  layout->addWidget(scene_);
  layout->addWidget(seed_row());
  layout->addWidget(disclosure_);
  layout->addWidget(advanced_);
  layout->addStretch();

  const bool open = app->settings().value(QStringLiteral("grow/advanced"), false).toBool();
  connect(disclosure_, &QToolButton::toggled, this, [this](bool on) {
    advanced_->setVisible(on);
    disclosure_->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
    app_->settings().set_value(QStringLiteral("grow/advanced"), on);
  });
  disclosure_->setChecked(open);
  advanced_->setVisible(open);

  connect(&app->growth(), &Growth::seed_changed, this, &GenerationPanel::show_seed);
  connect(&app->growth(), &Growth::settings_changed, this, &GenerationPanel::show_settings);
  connect(app, &AppController::canvas_changed, this, &GenerationPanel::show_scene);
  connect(app, &AppController::engine_changed, this, &GenerationPanel::show_scene);
  connect(app, &AppController::selection_changed, this, &GenerationPanel::show_scene);
  show_seed();
  show_settings();
  show_scene();
}

QWidget* GenerationPanel::seed_row() {
  auto* row = new QWidget;
  auto* label = new QLabel(tr("&Seed"));
  seed_ = new QLineEdit;
  seed_->setValidator(
      new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,19}")), seed_));
  seed_->setAccessibleName(tr("Seed"));
  seed_->setFont(role_font(TextRole::mono));
  seed_->setToolTip(tr("The same seed, scene, model and settings give the same picture again"));
  label->setBuddy(seed_);
  auto* dice = small_button(QStringLiteral("dice"), tr("Another seed"));
  leave_letters_to_shortcuts(seed_);
  lock_ = small_button(QStringLiteral("unlock"), tr("Keep this seed for the next panoramas"));
  lock_->setCheckable(true);
  auto* copy = new QToolButton;
  copy->setDefaultAction(actions_->get("edit.copy_seed"));
  copy->setIconSize(QSize(Size::icon, Size::icon));
  connect(seed_, &QLineEdit::editingFinished, this, [this] {
    bool ok = false;
    const qulonglong seed = seed_->text().toULongLong(&ok);
    if (ok && seed != app_->growth().seed()) {
      app_->growth().set_seed(seed);
      app_->growth().set_seed_locked(true);  // a typed seed is meant
    }
    show_seed();
  });
  connect(dice, &QToolButton::clicked, &app_->growth(), &Growth::roll_seed);
  connect(lock_, &QToolButton::toggled, &app_->growth(), &Growth::set_seed_locked);
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(label);
  layout->addSpacing(Space::s);
  layout->addWidget(seed_, 1);
  layout->addSpacing(2);
  layout->addWidget(dice);
  layout->addWidget(lock_);
  layout->addWidget(copy);
  return row;
}

QWidget* GenerationPanel::advanced() {
  auto* box = new QWidget;
  guidance_ = new QDoubleSpinBox;
  guidance_->setRange(0, 100);
  guidance_->setSingleStep(0.5);
  guidance_->setDecimals(2);
  guidance_->setToolTip(tr("How strongly the scene pulls; 1 is no guidance"));
  schedule_ = new QComboBox;
  schedule_->addItem(tr("Ramp, then hold"), static_cast<int>(sampling::Guidance::Schedule::ramp_hold));
  schedule_->addItem(tr("Constant"), static_cast<int>(sampling::Guidance::Schedule::constant));
  schedule_->addItem(tr("Linear (the authors')"), static_cast<int>(sampling::Guidance::Schedule::linear));
  schedule_->setToolTip(tr(
      "Linear reaches the guidance at the end of one extension and rises on: for pictures of a known width"));
  solver_ = new QComboBox;
  for (const sampling::Method method : sampling::all_methods()) {
    solver_->addItem(method_title(method), static_cast<int>(method));
  }
  grid_ = new QComboBox;
  grid_->addItem(tr("Uniform"), static_cast<int>(sampling::TimeGrid::Kind::uniform));
  grid_->addItem(tr("Quadratic"), static_cast<int>(sampling::TimeGrid::Kind::quadratic));
  grid_->addItem(tr("Cosine"), static_cast<int>(sampling::TimeGrid::Kind::cosine));
  grid_->addItem(tr("Shifted"), static_cast<int>(sampling::TimeGrid::Kind::shifted));
  evaluations_ = new QSpinBox;
  evaluations_->setRange(1, 10000);
  evaluations_->setToolTip(tr("Evaluations of the velocity for each column: more is slower and more exact"));
  positions_ = new QComboBox;
  positions_->addItem(tr("Endless"), static_cast<int>(stream::PositionMode::stationary));
  positions_->addItem(tr("Reference"), static_cast<int>(stream::PositionMode::reference));
  positions_->setToolTip(
      tr("Endless: every column is made the same way, however long the panorama gets. "
         "Reference: the authors' sampler, for short pictures"));
  ramp_ = new QSpinBox;
  ramp_->setRange(0, 4096);
  ramp_->setSuffix(tr(" columns"));
  ramp_->setValue(app_->settings().ramp());
  ramp_->setToolTip(tr("Over how many columns a change of scene morphs"));
  variations_ = new QSpinBox;
  variations_->setRange(2, 9);
  variations_->setValue(app_->settings().variations());
  variations_->setToolTip(tr("How many continuations are shown side by side"));
  hint_ = new QLabel(tr("Held from the next new column on."));
  hint_->setProperty("role", "small");
  hint_->setWordWrap(true);
  auto* defaults = new QPushButton(tr("Model defaults"));
  defaults->setProperty("role", "ghost");
  connect(defaults, &QPushButton::clicked, this,
          [this] { app_->growth().set_settings(app_->growth().default_settings()); });

  auto* form = new QFormLayout(box);
  form->setContentsMargins(0, 0, 0, 0);
  form->setVerticalSpacing(6);
  form->setHorizontalSpacing(Space::m);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const auto add = [&](const QString& title, QWidget* field) {
    field->setAccessibleName(plain_text(title));
    form->addRow(title, field);
  };
  add(tr("&Guidance"), guidance_);
  add(tr("Guidance s&chedule"), schedule_);
  add(tr("S&olver"), solver_);
  add(tr("Time gr&id"), grid_);
  add(tr("Eval&uations"), evaluations_);
  add(tr("&Mode"), positions_);
  form->addRow(hint_);
  form->addRow(QString(), defaults);
  add(tr("Scene r&amp"), ramp_);
  add(tr("Va&riations"), variations_);
  align_labels(form);

  connect_settings();
  for (QWidget* field : std::initializer_list<QWidget*>{guidance_, evaluations_, ramp_, variations_})
    leave_letters_to_shortcuts(field);
  connect(ramp_, &QSpinBox::valueChanged, this, [this](int value) { app_->settings().set_ramp(value); });
  connect(variations_, &QSpinBox::valueChanged, this,
          [this](int value) { app_->settings().set_variations(value); });
  return box;
}

void GenerationPanel::show_seed() {
  const Growth& growth = app_->growth();
  if (!seed_->hasFocus() || !seed_->isModified()) seed_->setText(QString::number(growth.seed()));
  const QSignalBlocker block(lock_);
  lock_->setChecked(growth.seed_locked());
  lock_->setIcon(icon(growth.seed_locked() ? QStringLiteral("lock") : QStringLiteral("unlock")));
}

void GenerationPanel::show_settings() {
  const auto& settings = app_->growth().settings();
  const QSignalBlocker blocks[] = {QSignalBlocker(guidance_),    QSignalBlocker(schedule_),
                                   QSignalBlocker(solver_),      QSignalBlocker(grid_),
                                   QSignalBlocker(evaluations_), QSignalBlocker(positions_)};
  guidance_->setValue(settings.guidance.scale);
  schedule_->setCurrentIndex(schedule_->findData(static_cast<int>(settings.guidance.schedule)));
  solver_->setCurrentIndex(solver_->findData(static_cast<int>(settings.solver.method)));
  grid_->setCurrentIndex(grid_->findData(static_cast<int>(settings.solver.grid.kind)));
  evaluations_->setSingleStep(two_each(settings) ? 2 : 1);
  evaluations_->setValue(settings.solver.evaluations);
  positions_->setCurrentIndex(positions_->findData(static_cast<int>(settings.positions)));
}

// A field changes what it shows and nothing else: what a project or a picture brought may be finer than that.
void GenerationPanel::connect_settings() {
  connect(guidance_, &QDoubleSpinBox::valueChanged, this,
          [this](double scale) { change([&](auto& settings) { settings.guidance.scale = scale; }); });
  connect(evaluations_, &QSpinBox::valueChanged, this,
          [this](int count) { change([&](auto& settings) { settings.solver.evaluations = count; }); });
  // One that the solver cannot do was made one that it can.
  connect(evaluations_, &QSpinBox::editingFinished, this, &GenerationPanel::show_settings);
  const auto connect_choice = [this](QComboBox* combo, auto set) {
    connect(combo, &QComboBox::currentIndexChanged, this, [this, combo, set] {
      change([&](auto& settings) { set(settings, combo->currentData().toInt()); });
      show_settings();
    });
  };
  connect_choice(schedule_, [this](auto& settings, int value) {
    using Schedule = sampling::Guidance::Schedule;
    settings.guidance.schedule = static_cast<Schedule>(value);
    settings.guidance.columns = settings.guidance.schedule == Schedule::linear
                                    ? app_->growth().amount()
                                    : app_->growth().default_settings().guidance.columns;
  });
  connect_choice(solver_, [](auto& settings, int value) {
    settings.solver.method = static_cast<sampling::Method>(value);
  });
  connect_choice(grid_, [](auto& settings, int value) {
    settings.solver.grid.kind = static_cast<sampling::TimeGrid::Kind>(value);
  });
  connect_choice(positions_, [](auto& settings, int value) {
    settings.positions = static_cast<stream::PositionMode>(value);
  });
}

void GenerationPanel::change(const std::function<void(stream::GenerationSettings&)>& edit) {
  auto settings = app_->growth().settings();
  edit(settings);
  if (two_each(settings) && settings.solver.evaluations % 2 != 0) ++settings.solver.evaluations;
  app_->growth().set_settings(settings);
}

void GenerationPanel::show_scene() {
  const auto snapshot = app_->snapshot();
  const auto engine = app_->engine();
  if (!engine) return scene_->setText(tr("No model is loaded."));
  if (!snapshot || snapshot->extent.size() == 0) {
    return scene_->setText(tr("Model: %1").arg(QString::fromStdString(engine->manifest().name)));
  }
  const auto title = [&](std::int64_t scene) {
    const QString name = scene_title(*engine, scene);
    return name.isEmpty() ? tr("no scene") : name;
  };
  const auto selection = app_->selection();
  // Without a selection what grows is named; nothing has grown of a bare photo, so what will be.
  const std::int64_t next = snapshot->extent.end - (app_->growth().bare_photo() ? 0 : 1);
  const std::int64_t column = selection.size() > 0 ? selection.begin : next;
  const auto at = snapshot->state.scene_at(column);
  const QString name = at.blend > 0 && at.blend < 1 ? tr("%1 → %2").arg(title(at.from), title(at.to))
                                                    : title(at.blend >= 1 ? at.to : at.from);
  scene_->setText(selection.size() > 0 ? tr("Column %L1: %2").arg(column).arg(name)
                                       : tr("Scene: %1").arg(name));
}

}  // namespace equi::ui
