#include "ui/frame/preferences_dialog.h"

#include <QFormLayout>
#include <QPushButton>

#include "ui/app_controller.h"
#include "ui/frame/language.h"
#include "ui/theme/theme.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

PreferencesDialog::PreferencesDialog(AppController* app, Theme* theme, QWidget* parent)
    : HouseDialog(tr("Preferences"), parent), theme_box_(new QComboBox), language_(new QComboBox) {
  resize(460, 320);
  set_heading(tr("Preferences"), tr("Changes take effect at once."));
  AppSettings& settings = app->settings();

  theme_box_->addItem(tr("Like the system"), name(ThemeChoice::system));
  theme_box_->addItem(tr("Light"), name(ThemeChoice::light));
  theme_box_->addItem(tr("Dark"), name(ThemeChoice::dark));
  theme_box_->setCurrentIndex(std::max(0, theme_box_->findData(settings.theme())));
  connect(theme_box_, &QComboBox::currentIndexChanged, this, [this, &settings, theme] {
    settings.set_theme(theme_box_->currentData().toString());
    theme->choose(parse_theme(settings.theme()));
  });

  language_->addItem(tr("Like the system"), QString());
  for (const Language& each : languages()) language_->addItem(each.own_name, each.code);
  language_->setCurrentIndex(std::max(0, language_->findData(settings.language())));
  connect(language_, &QComboBox::currentIndexChanged, this, [this, &settings] {
    settings.set_language(language_->currentData().toString());
    Q_EMIT language_changed();
  });

  auto* cache = new QSpinBox;
  cache->setRange(64, 16384);
  cache->setSingleStep(64);
  cache->setSuffix(tr(" MiB"));
  cache->setValue(settings.cache_mib());
  cache->setToolTip(
      tr("Memory for decoded parts of the panorama; more means less work when one comes back to a place"));
  connect(cache, &QSpinBox::valueChanged, this, [app](int value) {
    app->settings().set_cache_mib(value);
    app->tiles()->set_budget(static_cast<std::size_t>(value) << 20);
  });

  auto* autosave = new QSpinBox;
  autosave->setRange(0, 120);
  autosave->setSuffix(tr(" minutes"));
  autosave->setSpecialValueText(tr("only by hand"));
  autosave->setValue(settings.autosave_minutes());
  autosave->setToolTip(
      tr("Everything is kept for recovery at any moment; this also saves the project file itself"));
  connect(autosave, &QSpinBox::valueChanged, this,
          [&settings](int value) { settings.set_autosave_minutes(value); });

  auto* notify = new QCheckBox(tr("Tell the desktop when a long job has ended"));
  notify->setChecked(settings.notifications());
  connect(notify, &QCheckBox::toggled, this, [&settings](bool on) { settings.set_notifications(on); });

  auto* form = new QFormLayout;
  form->setVerticalSpacing(Space::s);
  form->setHorizontalSpacing(Space::l);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->addRow(tr("&Theme"), theme_box_);
  form->addRow(tr("&Language"), language_);
  form->addRow(tr("Picture &cache"), cache);
  form->addRow(tr("&Save projects every"), autosave);
  form->addRow(QString(), notify);
  align_labels(form);
  content()->addLayout(form);
  content()->addStretch();
  if (!settings.writable()) {
    auto* warning = new QLabel(tr("%1 cannot be written: preferences are forgotten when the program ends.")
                                   .arg(app->paths().settings));
    warning->setProperty("role", "warning");
    warning->setWordWrap(true);
    content()->addWidget(warning);
  }
  add_buttons(QDialogButtonBox::Close);
}

}  // namespace equi::ui
