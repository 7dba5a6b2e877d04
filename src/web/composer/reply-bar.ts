// Shows above the message field which message the next one replies to.

import { icon, iconButton, make, nameElement } from '../elements/dom.ts'
import { doNotReply, replyTo } from '../strings/en.json'
import { fillNodes } from '../strings/fill.ts'
import type { ReplyTarget } from './outgoing.ts'

/** UTF-16 units. */
const excerptMax = 200

/** @param onCancel runs when the user no longer wants to reply */
export function createReplyBar(onCancel: () => void) {
  const text = make('p', { class: 'words', id: 'reply-target' })
  const cancel = iconButton('close', doNotReply)
  const element = make('div', { class: 'reply-bar', hidden: true }, icon('reply'), text, cancel)
  cancel.addEventListener('click', onCancel)
  return {
    element,
    update(target: ReplyTarget | null): void {
      element.hidden = target === null
      const name = target && nameElement(target.username)
      const excerpt = target && make('bdi', {}, target.content.slice(0, excerptMax))
      text.replaceChildren(...(name && excerpt ? fillNodes(replyTo, { name, excerpt }) : []))
    },
  }
}
