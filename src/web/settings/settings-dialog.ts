// The dialog with what the user can choose about the page. Each choice applies at once.

import { iconButton, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createNotificationFields } from './notification-fields.ts'
import { createSettingField } from './setting-field.ts'
import { enterSends, type SettingsStore } from './settings.ts'

export function createSettingsDialog(settings: SettingsStore, signal: AbortSignal) {
  const theme = createSettingField(settings, 'theme', {
    label: strings.theme,
    choices: {
      system: strings.themeSystem,
      light: strings.themeLight,
      dark: strings.themeDark,
    },
  })
  const density = createSettingField(settings, 'density', {
    label: strings.density,
    choices: { comfortable: strings.densityComfortable, compact: strings.densityCompact },
  })
  const hours = createSettingField(settings, 'hours', {
    label: strings.hours,
    choices: { locale: strings.hoursLocale, h12: strings.hours12, h23: strings.hours24 },
  })
  const enter = createSettingField(settings, 'enter', {
    label: strings.enterKey,
    choices: { send: strings.enterSends, newline: strings.enterNewline },
  })
  const notifications = createNotificationFields(settings)
  const close = iconButton('close', strings.close)
  const dialog = make(
    'dialog',
    { class: 'account page-settings', 'aria-labelledby': 'settings-title' },
    make(
      'div',
      { class: 'account-head' },
      make('h2', { id: 'settings-title' }, strings.settings),
      close,
    ),
    make(
      'div',
      { class: 'account-body' },
      theme.element,
      density.element,
      hours.element,
      enter.element,
      make('p', { class: 'hint' }, strings.enterHint),
      ...notifications.elements,
    ),
  )
  settings.follow(() => {
    const { current } = settings
    theme.update(current.theme)
    density.update(current.density)
    hours.update(current.hours)
    notifications.update()
    enter.update(enterSends(current) ? 'send' : 'newline')
  }, signal)
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  signal.addEventListener('abort', () => dialog.close())
  return { dialog, open: () => dialog.showModal() }
}
