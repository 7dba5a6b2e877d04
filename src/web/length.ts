// Shows how much of a text's length is left, or how much is too many, below the text.

import { setAttribute, setText } from './dom.ts'
import { codePointsOf } from './shape.ts'
import { lengthText } from './words.ts'

type LengthParts = {
  field: HTMLTextAreaElement
  left: HTMLElement
  /** Gets `data-length` while the text is too long. */
  form: HTMLFormElement
}

/** @returns whether the text is too long */
export function showLength({ field, left, form }: LengthParts, max: number): boolean {
  const length = codePointsOf(field.value.trim())
  setText(left, lengthText(length, max) ?? '')
  setAttribute(form, 'data-length', length > max ? 'too-long' : null)
  return length > max
}
