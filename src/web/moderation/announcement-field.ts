// The text that everyone sees above the messages.

import type * as moderation from '../../contract/moderation.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fieldMax, growWithText } from '../text-input/auto-height.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { updateLengthHint } from '../text-input/length-hint.ts'
import { insertionRefusal } from '../text-input/length-text.ts'

const lengthMax: typeof moderation.moderationLimits.announcementMax = 500
const id = 'moderation-announcement'
const hint = strings.everyoneSeesItAboveTheMessagesEmpty

/** @param form gets `data-length` while the text is too long */
export function createAnnouncementField(form: HTMLFormElement) {
  const field = make('textarea', {
    id,
    name: 'announcement',
    rows: 3,
    dir: 'auto',
    'aria-describedby': `${id}-help ${id}-left`,
  })
  const help = make('p', { id: `${id}-help`, class: 'help' }, hint)
  const lengthElement = make('span', { class: 'left', id: `${id}-left` })
  let isTooLong = false
  const updateLength = () => {
    isTooLong = updateLengthHint({ field, lengthElement, form }, lengthMax)
    setAttribute(field, 'aria-invalid', isTooLong ? 'true' : null)
  }
  const setNotice = (text: string | null) => setText(help, text ?? hint)

  limitInsertions({
    field,
    max: fieldMax,
    onRefused: (characters) => setNotice(insertionRefusal(characters, lengthMax)),
  })
  growWithText(field)
  field.addEventListener('input', () => {
    setNotice(null)
    updateLength()
  })
  return {
    element: make(
      'div',
      { class: 'form-field' },
      make('label', { for: id }, strings.announcement),
      field,
      make('div', { class: 'help-and-length' }, help, lengthElement),
    ),
    get value(): string {
      return field.value
    },
    get isTooLong(): boolean {
      return isTooLong
    },
    setValue(text: string): void {
      field.value = text
      updateLength()
    },
    setNotice,
    /** Shows an error message; null removes it. */
    setProblem(text: string | null): void {
      setNotice(text)
      setAttribute(field, 'aria-invalid', text === null ? null : 'true')
    },
    focus: () => field.focus(),
  }
}
