// A form field with its label, a hint and an error message. A password can be shown.

import type * as values from '../../contract/values.ts'
import { iconButton, make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { limitInsertions } from './insertion-limit.ts'
import { insertionRefusal } from './length-text.ts'

export type FormFieldOptions = {
  name: string
  label: string
  type?: 'text' | 'email' | 'password'
  autocomplete: string
}

export type Field = ReturnType<typeof createFormField>

/** UTF-16 units. No valid name, email address or password is as long. */
const typedMax: typeof values.limits.typedMax = 1000
let fieldsMade = 0

export function createFormField({ name, label, type = 'text', autocomplete }: FormFieldOptions) {
  const id = `${name}-${++fieldsMade}`
  const input = make('input', {
    id,
    name,
    type,
    autocomplete,
    required: true,
    dir: type === 'text' ? 'auto' : null,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': `${id}-help`,
  })
  const help = make('p', { id: `${id}-help`, class: 'help' })
  const box = make('div', { class: 'box' }, input)
  if (type === 'password') box.append(showPasswordButton(input))
  const element = make('div', { class: 'form-field' }, make('label', { for: id }, label), box, help)
  let hint: string | null = null
  let problem: string | null = null
  const update = () => {
    setText(help, problem ?? hint ?? '')
    setAttribute(input, 'aria-invalid', problem === null ? null : 'true')
  }
  const setProblem = (text: string | null) => {
    problem = text
    update()
  }
  let tooLong: string | null = null
  limitInsertions({
    field: input,
    max: typedMax,
    onRefused(characters) {
      tooLong = insertionRefusal(characters, typedMax)
      setProblem(tooLong)
    },
  })
  input.addEventListener('input', () => problem === tooLong && setProblem(null))
  return {
    element,
    input,
    get value(): string {
      return input.value
    },
    setHint(text: string | null): void {
      hint = text
      update()
    },
    /** Shows an error message; null removes it. */
    setProblem,
  }
}

function showPasswordButton(input: HTMLInputElement): HTMLButtonElement {
  const button = iconButton('show', strings.showPassword, {
    class: 'show-password',
    'aria-pressed': 'false',
  })
  button.addEventListener('click', () => {
    const shown = input.type === 'text'
    input.type = shown ? 'password' : 'text'
    button.setAttribute('aria-pressed', String(!shown))
  })
  return button
}
