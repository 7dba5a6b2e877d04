// The dialog that lists who reacted to a message: all people, or those who chose one emoji, page by page.

import type { ChatClient } from '../../client/chat-client.ts'
import type { PersonReactions } from '../../client/contract.ts'
import type { SentMessage } from '../../client/state.ts'
import { avatar } from '../elements/avatar.ts'
import { iconButton, make, nameElement, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { formatCount } from './chips.ts'
import { chipLabel, chipsOf } from './chips-of.ts'

export type WhoDialogOptions = { chat: Pick<ChatClient, 'whoReacted'>; userId: string }

const titleId = 'who-reacted-title'

/** @param order of the chips */
function entry(
  { user_id, username, reactions }: PersonReactions,
  { userId, order }: { userId: string; order: readonly string[] },
): HTMLElement {
  const chosen = reactions.toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
  const name = user_id === userId ? make('span', {}, strings.you) : nameElement(username)
  const emoji = make('span', { class: 'emoji' }, chosen.join(''))
  return make('li', {}, avatar(user_id, username), name, emoji)
}

export function createWhoDialog({ chat, userId }: WhoDialogOptions) {
  const filters = make('div', { class: 'chips', role: 'group', 'aria-label': strings.reactions })
  const list = make('ul', { class: 'who-list', role: 'list', 'aria-label': strings.whoReacted })
  const status = make('p', { class: 'help', role: 'status' })
  const more = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const close = iconButton('close', strings.close)
  const dialog = make(
    'dialog',
    { class: 'account who-reacted', 'aria-labelledby': titleId },
    make('div', { class: 'account-head' }, make('h2', { id: titleId }, strings.whoReacted), close),
    make('div', { class: 'account-body' }, filters, list, status, more),
  )
  let message: SentMessage | null = null
  let order: readonly string[] = []
  let emoji: string | null = null
  let cursor: string | null = null
  /** Another object for each list, so that an answer that comes late changes nothing. */
  let request = {}

  const load = async () => {
    if (!message) return
    const own = {}
    request = own
    more.hidden = true
    setText(status, strings.loading)
    try {
      const ask = { ...(emoji !== null && { emoji }), ...(cursor !== null && { cursor }) }
      const page = await chat.whoReacted(message.id, ask)
      if (request !== own) return
      list.append(...page.people.map((person) => entry(person, { userId, order })))
      cursor = page.next_cursor
      setText(status, list.childElementCount === 0 ? strings.nobodyHasReacted : '')
      setText(more, strings.showMore)
      more.hidden = cursor === null
    } catch {
      if (request !== own) return
      setText(status, strings.whoReactedIsNotAvailable)
      setText(more, strings.tryAgain)
      more.hidden = false
    }
  }
  const choose = (next: string | null) => {
    emoji = next
    cursor = null
    list.replaceChildren()
    for (const filter of filters.children) {
      const isChosen = filter instanceof HTMLElement && (filter.dataset.emoji ?? null) === emoji
      setAttribute(filter, 'aria-pressed', String(isChosen))
    }
    void load()
  }
  const filterButton = (label: string, name: string, of: string | null, count = '') => {
    const attributes = { type: 'button', class: 'chip', 'aria-label': name, 'data-emoji': of }
    const words = of === null ? label : make('span', { class: 'emoji' }, label)
    const button = make('button', attributes, words, count)
    button.addEventListener('click', () => choose(of))
    return button
  }

  more.addEventListener('click', () => void load())
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  return {
    dialog,
    /** @param chosen null: people with any reaction */
    open(of: SentMessage, chosen: string | null, offered: readonly string[]): void {
      message = of
      const chips = chipsOf({ reactions: of.reactions }, offered)
      order = chips.map((chip) => chip.emoji)
      filters.replaceChildren(
        filterButton(strings.all, strings.all, null),
        ...chips.map((chip) =>
          filterButton(chip.emoji, chipLabel(chip), chip.emoji, formatCount(chip.count)),
        ),
      )
      dialog.showModal()
      choose(chosen)
    },
  }
}
