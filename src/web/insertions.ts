// Keeps a text out of a field that is so long that the browser would need seconds for each stroke.
// What is in the field stays as it is.

import { codePointsOf, isLighter } from './shape.ts'

type TextField = HTMLTextAreaElement | HTMLInputElement

export type InsertionParts = {
  field: TextField
  /** What the text of the field may weigh: usual characters, or a tenth as many that cost more. */
  max: number
  /** A text was kept out. With it, the field would hold so many characters. */
  refused: (characters: number) => void
}

export function limitInsertions({ field, max, refused }: InsertionParts): void {
  let held = field.value
  const hold = () => {
    held = field.value
  }

  field.addEventListener('focus', hold)
  field.addEventListener('beforeinput', (event) => {
    hold()
    const text = (event as InputEvent).data ?? ''
    const { before, after } = aroundSelection(field)
    const next = before + text + after
    if (text === '' || isLighter(next, max)) return
    event.preventDefault()
    refused(codePointsOf(next))
  })
  // Input methods, extensions and password managers write without asking first.
  field.addEventListener('input', (event) => {
    const { value } = field
    if (isLighter(value, max) || value.length < held.length) return hold()
    const characters = codePointsOf(value)
    field.value = held
    event.stopImmediatePropagation()
    refused(characters)
  })
}

function aroundSelection({ value, selectionStart, selectionEnd }: TextField) {
  // A field for an email does not tell what is selected in it.
  if (selectionStart === null || selectionEnd === null) return { before: '', after: '' }
  return { before: value.slice(0, selectionStart), after: value.slice(selectionEnd) }
}
