// Refuses an insertion that would make a field so long that the browser needs seconds for each
// keystroke. The field keeps its text.

import { countCodePoints, isCheapToLayOut } from './layout-cost.ts'

type TextField = HTMLTextAreaElement | HTMLInputElement

export type InsertionOptions = {
  field: TextField
  /** The highest cost of the text, in usual characters (see layout-cost.ts). */
  max: number
  /** Runs when an insertion was refused. The field would have so many characters with it. */
  onRefused: (characters: number) => void
}

export function limitInsertions({ field, max, onRefused }: InsertionOptions): void {
  let lastValue = field.value
  const rememberValue = () => {
    lastValue = field.value
  }

  field.addEventListener('focus', rememberValue)
  field.addEventListener('beforeinput', (event) => {
    rememberValue()
    const { data, inputType } = event as InputEvent
    const text = data ?? (inputType === 'insertLineBreak' ? '\n' : '')
    const { before, after } = aroundSelection(field)
    const next = before + text + after
    if (text === '' || isCheapToLayOut(next, max)) return
    event.preventDefault()
    onRefused(countCodePoints(next))
  })
  // Input methods, extensions and password managers write without a `beforeinput` event.
  field.addEventListener('input', (event) => {
    const { value } = field
    if (isCheapToLayOut(value, max) || value.length < lastValue.length) return rememberValue()
    const characters = countCodePoints(value)
    field.value = lastValue
    event.stopImmediatePropagation()
    onRefused(characters)
  })
}

function aroundSelection({ value, selectionStart, selectionEnd }: TextField) {
  // An email field does not report its selection.
  if (selectionStart === null || selectionEnd === null) return { before: '', after: '' }
  return { before: value.slice(0, selectionStart), after: value.slice(selectionEnd) }
}
