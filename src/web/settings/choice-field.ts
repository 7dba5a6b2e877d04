// A choice between a few values, which are all visible.

import { make } from '../elements/dom.ts'

export type ChoiceFieldOptions<T extends string> = {
  name: string
  label: string
  /** Value → its label. */
  choices: Readonly<Record<T, string>>
  onChange: (value: T) => void
}

export function createChoiceField<T extends string>(options: ChoiceFieldOptions<T>) {
  const { name, label, choices, onChange } = options
  const inputs = new Map<string, HTMLInputElement>()
  const labels = Object.entries<string>(choices).map(([value, words]) => {
    const input = make('input', { type: 'radio', name, value })
    input.addEventListener('change', () => onChange(value as T))
    inputs.set(value, input)
    return make('label', {}, input, make('span', {}, words))
  })
  const element = make(
    'fieldset',
    { class: 'choice-field' },
    make('legend', {}, label),
    make('div', { class: 'segments' }, ...labels),
  )
  return {
    element,
    update(value: T): void {
      const input = inputs.get(value)
      if (input) input.checked = true
    },
  }
}
