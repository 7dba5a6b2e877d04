// The user's sessions, with a button to end each.

import type { Session } from '../../contract/routes/sessions.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { formatDay, formatTime, startOfDay } from '../text/times.ts'
import type { AccountCalls } from './account-calls.ts'
import { browserName } from './browser-name.ts'

export type SessionListOptions = {
  calls: Pick<AccountCalls, 'sessions' | 'endSession' | 'logoutAll'>
  onLogout: (why: string | null) => void
}

/** More sessions are shown only on request. */
const shownMax = 5

export function createSessionList({ calls, onLogout }: SessionListOptions) {
  const list = make('ul', { class: 'sessions', role: 'list', 'aria-label': strings.sessions })
  const status = make('p', { class: 'help', role: 'status' })
  const all = make('button', { type: 'button', class: 'small quiet' }, strings.logOutEverywhere)
  const more = make('button', { type: 'button', class: 'plain', hidden: true })
  const element = make(
    'section',
    {},
    make('h3', {}, strings.whereYouAreLoggedIn),
    list,
    make('div', { class: 'sessions-end' }, all, more),
    status,
  )
  let sessions: Session[] = []
  let isExpanded = false

  const attempt = async (work: () => Promise<void>) => {
    setText(status, '')
    await work().catch((problem: Error) => setText(status, problem.message))
  }
  const draw = () => {
    const shown = sessions.slice(0, isExpanded ? sessions.length : shownMax)
    list.replaceChildren(...shown.map((session) => entry(session, end)))
    more.hidden = shown.length === sessions.length
    setText(more, fill(strings.showValueMore, { value: sessions.length - shown.length }))
  }
  const load = () =>
    attempt(async () => {
      sessions = await calls.sessions()
      sessions.sort((one, other) => Number(other.current) - Number(one.current))
      draw()
    })
  const end = ({ id }: Session) =>
    attempt(async () => {
      await calls.endSession(id)
      await load()
    })

  more.addEventListener('click', () => {
    isExpanded = true
    draw()
    list
      .querySelectorAll('button')
      .item(shownMax - 1)
      ?.focus()
  })
  all.addEventListener('click', () =>
    attempt(async () => {
      await calls.logoutAll()
      onLogout(strings.youAreLoggedOutEverywhere)
    }),
  )
  return { element, load }
}

function entry(session: Session, end: (session: Session) => void): HTMLElement {
  const used = Date.parse(session.last_used_at)
  const when = `${formatDay(startOfDay(used), startOfDay(Date.now()))}, ${formatTime(used)}`
  const name = browserName(session.user_agent)
  const label = fill(strings.endTheSessionOfNameLastUsed, { name, when })
  const button = make(
    'button',
    { type: 'button', class: 'small quiet', 'aria-label': label },
    'End',
  )
  button.addEventListener('click', () => end(session))
  return make(
    'li',
    { 'data-session-id': session.id },
    make(
      'div',
      {},
      make('span', { class: 'session-name', title: session.user_agent }, name),
      make(
        'span',
        { class: 'hint' },
        session.current ? strings.thisBrowser : fill(strings.lastUsedWhen, { when }),
      ),
    ),
    session.current ? null : button,
  )
}
