// One entry in the list of pinned messages. It leads to the message.

import type { Message } from '../../client/contract.ts'
import { make, nameElement, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { changeFailure } from '../text/failures.ts'
import { formatDay, formatTime, startOfDay } from '../text/times.ts'

export type PinEntryOptions = {
  pin: Message
  /** Shows the message in the conversation. */
  open: (id: string) => void
  /** null: the user of this page may not unpin. @throws ChatProblem */
  unpin: ((id: string) => Promise<void>) | null
}

export function createPinEntry({ pin, open, unpin }: PinEntryOptions): HTMLElement {
  const { id, username, content, created_at } = pin
  const time = Date.parse(created_at)
  const when = `${formatDay(startOfDay(time), startOfDay(Date.now()))}, ${formatTime(time)}`
  const text = make('span', { class: 'pin-text', dir: 'auto' }, content)
  const button = make(
    'button',
    { type: 'button', class: 'pin' },
    make(
      'span',
      { class: 'pin-head' },
      nameElement(username),
      make('span', { class: 'hint' }, when),
    ),
    text,
  )
  const problem = make('p', { class: 'notice', role: 'alert', hidden: true })
  const element = make('li', { 'data-message-id': id }, button, problem)

  button.addEventListener('click', () => open(id))
  if (unpin) {
    const unpinButton = make('button', { type: 'button', class: 'small quiet' }, strings.unpin)
    unpinButton.addEventListener('click', async () => {
      unpinButton.disabled = true
      try {
        // The list is drawn again when the room has changed.
        await unpin(id)
      } catch (thrown) {
        problem.hidden = false
        setText(problem, changeFailure('unpinned', null, thrown))
      }
      unpinButton.disabled = false
    })
    element.append(unpinButton)
  }
  return element
}
