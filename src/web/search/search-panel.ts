// The search: a panel beside the conversation in place of the people, or a dialog on narrow screens.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Hit, HitPage, Member } from '../../client/contract.ts'
import { iconButton, make, setAttribute, setChildren, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createHitEntry } from './hit-entry.ts'
import { createSearchForm } from './search-form.ts'
import { SearchRequests } from './search-requests.ts'
import type { SearchRequest, SearchState } from './search-state.ts'
import { searchStatus, searchWait } from './search-texts.ts'

export type SearchPanelOptions = {
  chat: Pick<ChatClient, 'search' | 'mentions' | 'on'>
  /** The people whose messages can be searched. */
  people: () => readonly Member[]
  /** Shows a message in the conversation, and moves the focus to it. */
  openMessage: (id: string) => void
  /** Runs when the panel has opened or closed. */
  onToggle: (isOpen: boolean) => void
  signal: AbortSignal
}

/** The same limit as in the style sheet. */
const wide = matchMedia('(min-width: 900px)')

export function createSearchPanel(options: SearchPanelOptions) {
  const { chat, people, openMessage, onToggle, signal } = options
  const button = iconButton('search', strings.search, {
    class: 'search-button',
    'aria-expanded': 'false',
  })
  const close = iconButton('close', strings.closeTheSearch)
  const status = make('p', { class: 'search-status', id: 'search-status', role: 'status' })
  // Beside the status, so that a screen reader does not read each second.
  const wait = make('p', { class: 'search-status', hidden: true })
  const again = make(
    'button',
    { type: 'button', class: 'small quiet', hidden: true },
    strings.tryAgain,
  )
  const list = make('ul', { class: 'hits', role: 'list', 'aria-label': strings.foundMessages })
  const more = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const results = make('div', { class: 'search-results' }, wait, again, list, more)
  const panel = make('aside', { class: 'search-panel', 'aria-label': strings.search, hidden: true })
  const dialog = make('dialog', { class: 'search-dialog', 'aria-label': strings.search })
  const requests = new SearchRequests({
    find: (request, cursor) => find(chat, request, cursor),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    onChange: (state) => draw(state),
  })
  const form = createSearchForm({
    people,
    search: (request, when) => requests.search(request, when),
  })
  const head = make('div', { class: 'search-head' }, make('h2', {}, strings.search), close)
  let isOpen = false
  let entries: ReadonlyMap<Hit, HTMLElement> = new Map()

  const open = (id: string) => {
    for (const entry of list.children)
      setAttribute(entry, 'data-current', entry.getAttribute('data-message-id') === id)
    if (!wide.matches) setOpen(false)
    openMessage(id)
  }
  /** Entries that are shown already keep the focus. */
  const showHits = (hits: readonly Hit[]) => {
    const hadFocus = list.contains(document.activeElement)
    entries = new Map(hits.map((hit) => [hit, entries.get(hit) ?? createHitEntry(hit, open)]))
    setChildren(list, ...entries.values())
    // The message of the entry with the focus was deleted.
    if (hadFocus && !list.contains(document.activeElement)) form.focus()
  }
  const draw = (state: SearchState) => {
    const { hits = [], nextCursor = null } = state.results ?? {}
    setText(status, searchStatus(state))
    setAttribute(status, 'data-problem', state.problem !== null)
    const secondsLeft = state.again?.secondsLeft ?? null
    const hadFocus = document.activeElement === again
    wait.hidden = secondsLeft === null
    setText(wait, secondsLeft === null ? '' : searchWait(secondsLeft))
    again.hidden = state.again === null || secondsLeft !== null
    if (hadFocus && again.hidden) form.focus()
    setAttribute(results, 'aria-busy', state.phase === 'searching')
    showHits(hits)
    more.hidden = nextCursor === null
    more.disabled = state.phase === 'searching'
    setText(more, hits.length > 0 ? strings.showMore : strings.searchFurtherBack)
  }
  const place = () => {
    const host = wide.matches ? panel : dialog
    host.append(head, form.element, status, results)
    panel.hidden = !isOpen || !wide.matches
    if (isOpen && !wide.matches && !dialog.open) dialog.showModal()
    if (wide.matches && dialog.open) dialog.close()
  }
  const setOpen = (next: boolean) => {
    if (isOpen === next) return
    isOpen = next
    setAttribute(button, 'aria-expanded', String(isOpen))
    onToggle(isOpen)
    if (!isOpen) dialog.close()
    place()
    if (!isOpen) return requests.clear()
    form.listPeople()
    form.focus()
    requests.search(form.request(), 'now')
  }
  const closeByUser = () => {
    setOpen(false)
    button.focus()
  }

  button.addEventListener('click', () => (isOpen ? closeByUser() : setOpen(true)))
  close.addEventListener('click', closeByUser)
  again.addEventListener('click', () => requests.repeat())
  more.addEventListener('click', () => requests.more())
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) closeByUser()
  })
  // A phone's way back closes the dialog, too; a wide window only moves its content.
  dialog.addEventListener('close', () => !wide.matches && setOpen(false))
  wide.addEventListener('change', place, { signal })
  signal.addEventListener('abort', () => requests.clear())
  signal.addEventListener(
    'abort',
    chat.on('mutation', (mutation) => requests.follow(mutation)),
  )

  return { button, panel, dialog }
}

function find(
  chat: SearchPanelOptions['chat'],
  { q, from }: SearchRequest,
  cursor: string | null,
): Promise<HitPage> {
  return q === '' ? mentionsAsHits(chat, cursor) : chat.search({ q, from, cursor })
}

async function mentionsAsHits(
  chat: SearchPanelOptions['chat'],
  cursor: string | null,
): Promise<HitPage> {
  const { messages, next_cursor } = await chat.mentions({ cursor })
  const hits = messages.map((message) => ({ message, excerpt: message.content, matches: [] }))
  return { hits, next_cursor }
}
