// A labelled field of a form, with its hint and what is wrong with it; passwords can be looked at.

import type * as values from '../contract/values.ts'
import { iconButton, make, setAttribute, setText } from './dom.ts'
import { limitInsertions } from './insertions.ts'
import { notInserted } from './words.ts'

export type FieldParts = {
  name: string
  label: string
  type?: 'text' | 'email' | 'password'
  autocomplete: string
}

export type Field = ReturnType<typeof openField>

/** UTF-16 units. No name, address or password is as long. */
const typedMax: typeof values.limits.typedMax = 1000
let fieldsMade = 0

export function openField({ name, label, type = 'text', autocomplete }: FieldParts) {
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
  if (type === 'password') box.append(peephole(input))
  const element = make('div', { class: 'form-field' }, make('label', { for: id }, label), box, help)
  let hint: string | null = null
  let wrong: string | null = null
  const draw = () => {
    setText(help, wrong ?? hint ?? '')
    setAttribute(input, 'aria-invalid', wrong === null ? null : 'true')
  }
  const refuse = (text: string | null) => {
    wrong = text
    draw()
  }
  let tooLong: string | null = null
  limitInsertions({
    field: input,
    max: typedMax,
    refused(characters) {
      tooLong = notInserted(characters, typedMax)
      refuse(tooLong)
    },
  })
  input.addEventListener('input', () => wrong === tooLong && refuse(null))
  return {
    element,
    input,
    get value(): string {
      return input.value
    },
    hint(text: string | null): void {
      hint = text
      draw()
    },
    /** Says what is wrong with it; null: nothing is. */
    refuse,
  }
}

function peephole(input: HTMLInputElement): HTMLButtonElement {
  const button = iconButton('show', 'Show password', { class: 'peephole', 'aria-pressed': 'false' })
  button.addEventListener('click', () => {
    const shown = input.type === 'text'
    input.type = shown ? 'password' : 'text'
    button.setAttribute('aria-pressed', String(!shown))
  })
  return button
}
