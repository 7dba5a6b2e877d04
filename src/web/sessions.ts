// Where this person is logged in, with a way to end each.

import type { Session } from '../contract/routes/sessions.ts'
import type { AccountCalls } from './account-calls.ts'
import { browserOf } from './browser.ts'
import { make, setText } from './dom.ts'
import { clockOf, dayLabel, dayOf } from './times.ts'

export type SessionsParts = {
  calls: Pick<AccountCalls, 'sessions' | 'endSession' | 'logoutAll'>
  leave: (why: string | null) => void
}

/** So many are shown until all are asked for. */
const shownMax = 5

export function openSessions({ calls, leave }: SessionsParts) {
  const list = make('ul', { class: 'sessions', role: 'list', 'aria-label': 'Sessions' })
  const news = make('p', { class: 'help', role: 'status' })
  const all = make('button', { type: 'button', class: 'small quiet' }, 'Log out everywhere')
  const more = make('button', { type: 'button', class: 'plain', hidden: true })
  const element = make(
    'section',
    {},
    make('h3', {}, 'Where you are logged in'),
    list,
    make('div', { class: 'sessions-end' }, all, more),
    news,
  )
  let sessions: Session[] = []
  let whole = false

  const attempt = async (work: () => Promise<void>) => {
    setText(news, '')
    await work().catch((problem: Error) => setText(news, problem.message))
  }
  const draw = () => {
    const shown = sessions.slice(0, whole ? sessions.length : shownMax)
    list.replaceChildren(...shown.map((session) => entry(session, end)))
    more.hidden = shown.length === sessions.length
    setText(more, `Show ${sessions.length - shown.length} more`)
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
    whole = true
    draw()
    list
      .querySelectorAll('button')
      .item(shownMax - 1)
      ?.focus()
  })
  all.addEventListener('click', () =>
    attempt(async () => {
      await calls.logoutAll()
      leave('You are logged out everywhere.')
    }),
  )
  return { element, load }
}

function entry(session: Session, end: (session: Session) => void): HTMLElement {
  const used = Date.parse(session.last_used_at)
  const when = `${dayLabel(dayOf(used), dayOf(Date.now()))}, ${clockOf(used)}`
  const name = browserOf(session.user_agent)
  const label = `End the session of ${name}, last used ${when}`
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
      make('span', { class: 'hint' }, session.current ? 'This one' : `Last used ${when}`),
    ),
    session.current ? null : button,
  )
}
