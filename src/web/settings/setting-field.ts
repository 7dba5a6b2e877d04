// The choice of one setting. It applies at once.

import { createChoiceField } from './choice-field.ts'
import type { Settings } from './setting-values.ts'
import type { SettingsStore } from './settings.ts'

/** @param choices value → its label */
export function createSettingField<K extends keyof Settings, T extends Settings[K]>(
  settings: SettingsStore,
  name: K,
  { label, choices }: { label: string; choices: Readonly<Record<T, string>> },
) {
  const onChange = (value: T) => settings.set({ [name]: value })
  return createChoiceField<T>({ name, label, choices, onChange })
}
