// Says above the message field why the user cannot write now. The time that is left is only shown, so that
// a screen reader does not read each second of it.

import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { refusalSentence, refusalWithTimeLeft, type WriteRefusal } from '../text/write-refusal.ts'

export function createRefusalNotice() {
  const shownText = make('p', { 'aria-hidden': 'true', dir: 'auto', hidden: true })
  const readText = make('p', { class: 'visually-hidden', id: 'write-refusal', role: 'status' })
  const element = make('div', { class: 'write-refusal' }, shownText, readText)

  return {
    element,
    /** To be called at each change, and once a second. @param now in milliseconds since 1970 */
    update(refusal: WriteRefusal | null, now: number): void {
      if (refusal) setText(readText, refusalSentence(refusal, now))
      else if (!shownText.hidden && readText.textContent)
        setText(readText, strings.youCanWriteAgain)
      setText(shownText, refusal ? refusalWithTimeLeft(refusal, now) : '')
      shownText.hidden = refusal === null
    },
  }
}
