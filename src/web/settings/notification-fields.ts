// The part of the settings that says what the user is told about while nobody looks at the page.

import { make, setText } from '../elements/dom.ts'
import { askPermission, permission } from '../notifications/permission.ts'
import * as strings from '../strings/en.json'
import { createChoiceField } from './choice-field.ts'
import { createSettingField } from './setting-field.ts'
import type { SettingsStore } from './settings.ts'

const hints = {
  granted: '',
  default: strings.notifyWillAsk,
  denied: strings.notifyDenied,
  unsupported: strings.notifyUnsupported,
}

export function createNotificationFields(settings: SettingsStore) {
  const notify = createChoiceField({
    name: 'notify',
    label: strings.notify,
    choices: { off: strings.off, mentions: strings.notifyMentions, all: strings.notifyAll },
    onChange(notify) {
      settings.set({ notify })
      if (notify !== 'off') void askPermission().then(update)
    },
  })
  const sound = createSettingField(settings, 'sound', {
    label: strings.sound,
    choices: { off: strings.off, on: strings.on },
  })
  const hint = make('p', { class: 'hint', role: 'status' })
  const update = () => {
    const { current } = settings
    notify.update(current.notify)
    sound.update(current.sound)
    sound.element.hidden = current.notify === 'off'
    setText(hint, current.notify === 'off' ? '' : hints[permission()])
  }
  return { elements: [notify.element, hint, sound.element], update }
}
