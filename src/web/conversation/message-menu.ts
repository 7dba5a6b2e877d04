// The menu of a message, for all rows together. It stays open while the list scrolls, so it shows whose
// message it is about. It closes with its message.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Mutation } from '../../client/events.ts'
import { make, nameElement, setChildren, setText } from '../elements/dom.ts'
import { placePopover } from '../elements/place-popover.ts'
import { createPopoverOpener } from '../elements/popover-opener.ts'
import { mutated } from '../mutated.ts'
import { type MenuAction, messageRights } from '../permissions.ts'
import { type ReactionStripOptions, reactionStrip } from '../reactions/reaction-strip.ts'
import * as strings from '../strings/en.json'
import { copyLink, copyText } from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import type { Row } from './rows.ts'

export type MessageMenuOptions = {
  chat: Pick<ChatClient, 'on'>
  /** The emoji to react with; null: the user cannot react. */
  stripFor: (row: Row) => ReactionStripOptions | null
  run: (action: MenuAction, row: Row) => void
  /** Runs when the button that opened the menu has left the document. */
  focusComposer: () => void
  signal: AbortSignal
}

/** UTF-16 units of the message. */
const textMax = 100

export function createMessageMenu(options: MessageMenuOptions) {
  const { chat, stripFor, run, focusComposer, signal } = options
  const element = make('div', { class: 'menu message-menu', popover: 'auto', role: 'group' })
  const opener = createPopoverOpener(element)
  let row: Row | null = null
  const text = make('bdi')

  element.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return
    row = null
    element.replaceChildren()
    element.removeAttribute('aria-label')
    if (!opener.isThere && document.activeElement === document.body) focusComposer()
  })

  const follow = (mutation: Mutation) => {
    if (row?.message.state !== 'sent') return
    const message = mutated(row.message, mutation)
    if (message?.username !== row.message.username) element.hidePopover()
    else row = { ...row, message }
    setText(text, message?.content.slice(0, textMax) ?? '')
  }
  signal.addEventListener('abort', chat.on('mutation', follow))

  const open = (button: Element, next: Row) => {
    if (!opener.opensBy(button)) return
    row = next
    const { username, content } = next.message
    const items = messageRights(next.viewer, next).menu.map((action) => {
      const item = make('button', { type: 'button' }, ...label(action, username))
      item.addEventListener('click', () => {
        element.hidePopover()
        run(action, next)
      })
      return item
    })
    setText(text, content.slice(0, textMax))
    const head = make('p', { class: 'menu-name' }, nameElement(username), ': ', text)
    element.setAttribute('aria-label', fill(strings.actionsOnTheMessageOfUsername, { username }))
    const strip = stripFor(next)
    const emoji =
      strip &&
      reactionStrip({
        ...strip,
        pick(chosen) {
          element.hidePopover()
          strip.pick(chosen)
        },
      })
    setChildren(element, head, emoji, ...items)
    element.showPopover()
    placePopover(element, button)
    element.querySelector('button')?.focus()
  }
  return {
    element,
    open,
    /** Opens it while the finger is down, whose lift would close it: see the function that is returned. */
    openByPress(bubble: Element, next: Row): () => void {
      open(bubble, next)
      return () => {
        if (!element.matches(':popover-open')) open(bubble, next)
      }
    },
  }
}

function label(action: MenuAction, username: string): (Node | string)[] {
  const labels: Record<MenuAction, (Node | string)[]> = {
    who: [strings.whoReactedMenu],
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
