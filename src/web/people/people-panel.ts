// The users who are online: in a panel beside the conversation, or in a sheet on narrow screens.

import type { Member, Role } from '../../client/contract.ts'
import type { ChatState } from '../../client/state.ts'
import { icon, iconButton, make, setAttribute, setChildren, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { createPersonEntry, type PersonEntry } from './person-entry.ts'

export type PeoplePanelOptions = {
  userId: string
  /** Loads all users who are online. */
  loadOnline: () => Promise<Member[]>
  /** Opens the card of a person. */
  openPerson: (person: Member) => void
  signal: AbortSignal
}

type Shown = Pick<ChatState, 'online' | 'onlineCount'> & {
  /** By user id; the same map until a role changes. */
  roles: ReadonlyMap<string, Role>
}

/** The same limit as in the style sheet. */
const wide = matchMedia('(min-width: 900px)')
const listedMax = 500
const collator = new Intl.Collator()
const titles = { now: strings.onlineNow, before: strings.lastSeenOnline } as const

export function createPeoplePanel(options: PeoplePanelOptions) {
  const { userId, loadOnline, openPerson, signal } = options
  const list = make('ul', {
    class: 'people-list',
    role: 'list',
    'aria-label': strings.peopleOnline,
  })
  const more = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const body = make('div', { class: 'people-body', tabindex: 0 }, list, more)
  const title = make('span', {}, titles.now)
  const count = make('span', { class: 'count' })
  const close = iconButton('close', strings.close)
  const head = make('div', { class: 'people-head' }, make('h2', {}, title, ' ', count), close)
  const panel = make('aside', { class: 'people', 'aria-label': strings.people })
  const sheet = make('dialog', { class: 'sheet', 'aria-label': strings.people })
  const buttonCount = make('span')
  const buttonLabel = make('span', { class: 'visually-hidden' }, strings.showPeople)
  const button = make(
    'button',
    { type: 'button', class: 'people-button', 'aria-haspopup': 'dialog' },
    icon('people'),
    buttonCount,
    buttonLabel,
  )
  let state: Shown = { online: [], onlineCount: 0, roles: new Map() }
  let all: readonly Member[] | null = null
  let entries = new Map<string, PersonEntry>()

  let isFresh = true

  /** Behind the number, which is empty until it is known. */
  const labelButton = () => {
    const freshness = isFresh ? '' : strings.whenLastConnected
    setText(
      buttonLabel,
      state.onlineCount
        ? fill(strings.onlineFreshnessShowPeople, { freshness })
        : strings.showPeople,
    )
  }

  const drawList = () => {
    const known = all ?? state.online
    const others = known
      .filter(({ id }) => id !== userId)
      .toSorted((one, other) => collator.compare(one.username, other.username))
    const self = known.filter(({ id }) => id === userId)
    const people = [...self, ...others].slice(0, listedMax)
    // Entries are reused, so that they keep the focus and a selection.
    const before = entries
    entries = new Map(
      people.map((person) => {
        const key = `${person.id} ${person.username}`
        const entry = before.get(key) ?? createPersonEntry({ person, userId, openPerson })
        entry.setRole(state.roles.get(person.id) ?? 'member')
        return [key, entry]
      }),
    )
    setChildren(list, ...[...entries.values()].map(({ element }) => element))
    const hidden = state.onlineCount - people.length
    more.hidden = hidden <= 0
    more.disabled = all !== null
    setText(more, all === null ? fill(strings.showHiddenMore, { hidden }) : `and ${hidden} more`)
  }
  const placeContent = () => {
    if (wide.matches && sheet.open) sheet.close()
    const host = wide.matches ? panel : sheet
    host.append(head, body)
    close.hidden = wide.matches
    panel.hidden = !wide.matches
  }

  more.addEventListener('click', async () => {
    all = await loadOnline().catch(() => null)
    drawList()
  })
  button.addEventListener('click', () => sheet.showModal())
  close.addEventListener('click', () => sheet.close())
  // A tap beside the sheet closes it.
  sheet.addEventListener('click', ({ target }) => target === sheet && sheet.close())
  wide.addEventListener('change', placeContent, { signal })
  placeContent()

  return {
    panel,
    sheet,
    button,
    /** Without a connection, the list shows the users who were online before. */
    setFreshness(freshness: 'now' | 'before'): void {
      setText(title, titles[freshness])
      isFresh = freshness === 'now'
      labelButton()
      for (const element of [panel, sheet, button]) setAttribute(element, 'data-known', freshness)
    },
    update(next: Shown): void {
      const isSameList = next.online === state.online && next.onlineCount === state.onlineCount
      if (isSameList && next.roles === state.roles) return
      if (next.online !== state.online) all = null
      state = next
      // 0 means that the number is not known yet.
      const number = next.onlineCount ? next.onlineCount.toLocaleString() : ''
      setText(count, number)
      setText(buttonCount, number)
      setAttribute(button, 'data-count', next.onlineCount)
      labelButton()
      drawList()
    },
  }
}
