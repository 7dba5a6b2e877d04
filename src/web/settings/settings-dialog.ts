// The dialog with what the user can choose about the page. Each choice applies at once.

import { iconButton, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createChoiceField } from './choice-field.ts'
import { createNotificationFields } from './notification-fields.ts'
import { enterSends, type SettingsStore } from './settings.ts'

export function createSettingsDialog(settings: SettingsStore, signal: AbortSignal) {
  const theme = createChoiceField({
    name: 'theme',
    label: strings.theme,
    choices: {
      system: strings.themeSystem,
      light: strings.themeLight,
      dark: strings.themeDark,
    },
    onChange: (theme) => settings.set({ theme }),
  })
  const density = createChoiceField({
    name: 'density',
    label: strings.density,
    choices: { comfortable: strings.densityComfortable, compact: strings.densityCompact },
    onChange: (density) => settings.set({ density }),
  })
  const hours = createChoiceField({
    name: 'hours',
    label: strings.hours,
    choices: { locale: strings.hoursLocale, h12: strings.hours12, h23: strings.hours24 },
    onChange: (hours) => settings.set({ hours }),
  })
  const enter = createChoiceField({
    name: 'enter',
    label: strings.enterKey,
    choices: { send: strings.enterSends, newline: strings.enterNewline },
    onChange: (enter) => settings.set({ enter }),
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
