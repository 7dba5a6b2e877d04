// The message that another one replies to, above its text. A click leads to it.

import type { Referenced } from '../../client/contract.ts'
import { make, nameElement } from '../elements/dom.ts'
import { hueOf } from '../elements/initials.ts'
import * as strings from '../strings/en.json'

/** @param referenced undefined: it is not at hand, and is loaded after a click */
export function quoteElement(
  replyTo: string | undefined,
  referenced: Referenced | undefined,
): HTMLElement | null {
  if (replyTo === undefined) return null
  const label = make('span', { class: 'visually-hidden' }, strings.inReplyTo)
  if (referenced?.is_deleted)
    return make('div', { class: 'quote gone' }, label, 'a message that was deleted')
  const button = make('button', { type: 'button', class: 'quote', 'data-action': 'quote' }, label)
  if (!referenced) {
    button.append(strings.showTheMessageBeforeThisReply)
    return button
  }
  const { user_id, username, excerpt } = referenced
  button.style.setProperty('--hue', String(hueOf(user_id)))
  const text = make('span', { class: 'quote-text', dir: 'auto' }, excerpt)
  button.append(nameElement(username), make('span', { class: 'visually-hidden' }, ': '), text)
  return button
}
