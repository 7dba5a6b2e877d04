// The pinned messages: one line that opens the list of them.

import type { Message, Room } from '../../client/contract.ts'
import { icon, make, nameElement, setAttribute } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import * as strings from '../strings/en.json'
import { pinsLabel } from '../text/sentences.ts'
import { createPinEntry } from './pin-entry.ts'

export type PinnedMessagesOptions = {
  /** Shows a message in the conversation. */
  open: (id: string) => void
  /** @throws ChatProblem */
  unpin: (id: string) => Promise<void>
}

export function createPinnedMessages({ open, unpin }: PinnedMessagesOptions) {
  const list = make('ul', { class: 'pin-list', role: 'list', 'aria-label': strings.pinnedMessages })
  const popover = make('div', { class: 'menu pins', popover: 'auto' }, list)
  const button = make('button', {
    type: 'button',
    class: 'pins-button',
    'aria-expanded': 'false',
    hidden: true,
  })
  let pins: Room['pins'] = []
  let mayUnpin = false

  const openAndClose = (id: string) => {
    // The focus goes back to the button, and then to the message.
    popover.hidePopover()
    open(id)
  }
  const draw = () => {
    const [latest] = pins
    button.hidden = !latest
    if (!latest) return popover.hidePopover()
    const hadFocus = list.contains(document.activeElement)
    button.replaceChildren(...line(latest, pins.length))
    list.replaceChildren(
      ...pins.map((pin) =>
        createPinEntry({ pin, open: openAndClose, unpin: mayUnpin ? unpin : null }),
      ),
    )
    if (hadFocus) list.querySelector('button')?.focus()
  }
  button.popoverTargetElement = popover
  popover.addEventListener('toggle', (event) => {
    const isOpen = (event as ToggleEvent).newState === 'open'
    setAttribute(button, 'aria-expanded', String(isOpen))
    if (!isOpen) return
    placePopover(popover, button)
    list.querySelector('button')?.focus()
  })

  return {
    button,
    popover,
    /** @param may whether the user of this page may unpin */
    update(next: Room['pins'], may: boolean): void {
      // Each change of the room brings all pins again.
      if (versionsOf(next) === versionsOf(pins) && may === mayUnpin) return
      pins = next
      mayUnpin = may
      draw()
    },
  }
}

const versionsOf = (pins: Room['pins']) =>
  pins.map(({ id, username, revision }) => `${id} ${username} ${revision}`).join('\n')

const line = ({ username, content }: Message, count: number): (Node | string)[] => [
  icon('pin'),
  make(
    'span',
    { class: 'words' },
    strings.pinned,
    nameElement(username),
    ': ',
    make('bdi', {}, content.slice(0, 200)),
  ),
  make('span', { class: 'pins-count', 'aria-hidden': 'true' }, count > 1 ? String(count) : ''),
  make('span', { class: 'visually-hidden' }, ` ${pinsLabel(count)}`),
]
