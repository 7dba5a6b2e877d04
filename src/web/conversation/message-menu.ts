// The menu of a message, for all rows together. It stays open while the list scrolls, so it shows whose
// message it is about.

import { make, nameElement } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import { type MenuAction, messageRights } from '../permissions.ts'
import * as strings from '../strings/en.json'
import { copyLink, copyText } from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import type { Row } from './rows.ts'

export type MessageMenuOptions = {
  run: (action: MenuAction, row: Row) => void
  /** Runs when the button that opened the menu has left the document. */
  onFocusLost: () => void
}

/** A click on the button of an open menu closes it, and must not open it again. */
const sameClickMs = 300

export function createMessageMenu({ run, onFocusLost }: MessageMenuOptions) {
  const element = make('div', { class: 'menu message-menu', popover: 'auto', role: 'group' })
  let opener: Element | null = null
  let closedAt = Number.NEGATIVE_INFINITY

  element.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return
    closedAt = performance.now()
    if (!opener?.isConnected && document.activeElement === document.body) onFocusLost()
  })

  return {
    element,
    open(button: Element, row: Row): void {
      if (button === opener && performance.now() - closedAt < sameClickMs) return
      opener = button
      const { username, content } = row.message
      const items = messageRights(row.viewer, row).menu.map((action) => {
        const item = make('button', { type: 'button' }, ...label(action, username))
        item.addEventListener('click', () => {
          element.hidePopover()
          run(action, row)
        })
        return item
      })
      const head = make(
        'p',
        { class: 'menu-name' },
        nameElement(username),
        ': ',
        make('bdi', {}, content.slice(0, 100)),
      )
      element.setAttribute('aria-label', fill(strings.actionsOnTheMessageOfUsername, { username }))
      element.replaceChildren(head, ...items)
      element.showPopover()
      placePopover(element, button)
      items[0]?.focus()
    },
  }
}

function label(action: MenuAction, username: string): (Node | string)[] {
  const labels: Record<MenuAction, (Node | string)[]> = {
    text: [copyText],
    link: [copyLink],
    pin: [strings.pinMessage],
    unpin: [strings.unpinMessage],
    report: [strings.reportMessage],
    remove: [strings.deleteMessageOfMenu],
    moderate: [make('span', { class: 'words' }, strings.moderate, nameElement(username), '…')],
  }
  return labels[action]
}
