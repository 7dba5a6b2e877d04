// Shows below a field how many characters are left, or how many are too many.

import { setAttribute, setText } from '../elements/dom.ts'
import { countCodePoints } from './layout-cost.ts'
import { lengthHint } from './length-text.ts'

type LengthHintOptions = {
  field: HTMLTextAreaElement
  lengthElement: HTMLElement
  /** Gets `data-length` while the text is too long. */
  form: HTMLFormElement
}

/** @returns whether the text is too long */
export function updateLengthHint(
  { field, lengthElement, form }: LengthHintOptions,
  max: number,
): boolean {
  const length = countCodePoints(field.value.trim())
  setText(lengthElement, lengthHint(length, max) ?? '')
  setAttribute(form, 'data-length', length > max ? 'too-long' : null)
  return length > max
}
