// Who is here: a panel beside the conversation where there is room, else a sheet above it.

import type { ChatState } from '../client/state.ts'
import type { Member } from '../client/wire.ts'
import { avatar } from './avatar.ts'
import { icon, iconButton, make, nameOf, setAttribute, setChildren, setText } from './dom.ts'

export type PeopleParts = {
  userId: string
  /** Everyone who is online. */
  everyone: () => Promise<Member[]>
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'online' | 'onlineCount'>

/** As the style sheet has it. */
const wide = matchMedia('(min-width: 900px)')
const listedMax = 500
const order = new Intl.Collator()
const titles = { now: 'Here now', before: 'Last seen here' } as const

export function openPeople({ userId, everyone, signal }: PeopleParts) {
  const list = make('ul', { class: 'people-list', role: 'list', 'aria-label': 'People online' })
  const more = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const body = make('div', { class: 'people-body', tabindex: 0 }, list, more)
  const title = make('span', {}, titles.now)
  const count = make('span', { class: 'count' })
  const close = iconButton('close', 'Close')
  const head = make('div', { class: 'people-head' }, make('h2', {}, title, ' ', count), close)
  const panel = make('aside', { class: 'people', 'aria-label': 'People' })
  const sheet = make('dialog', { class: 'sheet', 'aria-label': 'People' })
  const shown = make('span')
  const when = make('span', { class: 'unseen' })
  const button = make(
    'button',
    { type: 'button', class: 'here', 'aria-haspopup': 'dialog' },
    icon('people'),
    shown,
    make('span', { class: 'unseen' }, ' online', when, ': show people'),
  )
  let state: Shown = { online: [], onlineCount: 0 }
  let all: readonly Member[] | null = null
  let entries = new Map<string, HTMLElement>()

  const drawList = () => {
    const known = all ?? state.online
    const others = known
      .filter(({ id }) => id !== userId)
      .toSorted((one, other) => order.compare(one.username, other.username))
    const self = known.filter(({ id }) => id === userId)
    const people = [...self, ...others].slice(0, listedMax)
    // An entry is kept while its person stays: a name that is selected stays selected.
    const held = entries
    entries = new Map(
      people.map((person) => {
        const key = `${person.id} ${person.username}`
        return [key, held.get(key) ?? entry(person, userId)]
      }),
    )
    setChildren(list, ...entries.values())
    const hidden = state.onlineCount - people.length
    more.hidden = hidden <= 0
    more.disabled = all !== null
    setText(more, all === null ? `Show ${hidden} more` : `and ${hidden} more`)
  }
  const settle = () => {
    if (wide.matches && sheet.open) sheet.close()
    const host = wide.matches ? panel : sheet
    host.append(head, body)
    close.hidden = wide.matches
    panel.hidden = !wide.matches
  }

  more.addEventListener('click', async () => {
    all = await everyone().catch(() => null)
    drawList()
  })
  button.addEventListener('click', () => sheet.showModal())
  close.addEventListener('click', () => sheet.close())
  // A tap beside the sheet.
  sheet.addEventListener('click', ({ target }) => target === sheet && sheet.close())
  wide.addEventListener('change', settle, { signal })
  settle()

  return {
    panel,
    sheet,
    button,
    /** Without a line to the room, nobody knows who is there. */
    known(known: keyof typeof titles): void {
      setText(title, titles[known])
      setText(when, known === 'now' ? '' : ', when last connected')
      for (const place of [panel, sheet, button]) setAttribute(place, 'data-known', known)
    },
    update(next: Shown): void {
      if (next.online === state.online && next.onlineCount === state.onlineCount) return
      if (next.online !== state.online) all = null
      state = next
      // Nobody yet means: not known yet.
      const number = next.onlineCount ? next.onlineCount.toLocaleString() : ''
      setText(count, number)
      setText(shown, number)
      setAttribute(button, 'data-count', next.onlineCount)
      drawList()
    },
  }
}

function entry({ id, username }: Member, userId: string): HTMLElement {
  const own = id === userId ? make('span', { class: 'you' }, 'you') : null
  return make('li', { 'data-user-id': id }, avatar(id, username), nameOf(username), own)
}
