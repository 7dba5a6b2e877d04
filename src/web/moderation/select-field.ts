// A list to choose one value from, with its label and a line of help below.

import { make, setAttribute, setText } from '../elements/dom.ts'

export type Choice = { value: string; label: string }

export type SelectFieldOptions = {
  /** Part of ids. */
  name: string
  label: string
  choices: readonly Choice[]
  hint?: string
}

export function createSelectField({ name, label, choices, hint = '' }: SelectFieldOptions) {
  const id = `moderation-${name}`
  const select = make('select', { id, name, 'aria-describedby': `${id}-help` })
  const help = make('p', { id: `${id}-help`, class: 'help' }, hint)
  const setChoices = (choices: readonly Choice[]) => {
    const isShown = choices.every(({ value }, index) => select.options[index]?.value === value)
    // A list that is open keeps its place.
    if (isShown && choices.length === select.options.length) return
    select.replaceChildren(...choices.map(({ value, label }) => make('option', { value }, label)))
  }
  setChoices(choices)
  /** @param text an error message; null: the hint is shown */
  const setProblem = (text: string | null) => {
    setText(help, text ?? hint)
    setAttribute(select, 'aria-invalid', text === null ? null : 'true')
  }
  // Both are about the choice before.
  select.addEventListener('change', () => setProblem(null))
  return {
    element: make(
      'div',
      { class: 'form-field select-field' },
      make('label', { for: id }, label),
      select,
      help,
    ),
    select,
    setChoices,
    setProblem,
    /** Shows something that the user should know, in place of the hint. */
    setNotice: (text: string) => setText(help, text),
  }
}
