// What the operator can do, as data: the arguments, what it is for, and which calls it makes.

import { Mistake } from './mistake.ts'
import type { Call } from './service.ts'

/** Makes a call of the service. */
export type Ask = (call: Call) => Promise<unknown>

export type Command = {
  /** Names of the arguments, all needed. */
  takes: readonly string[]
  says: string
  run: (ask: Ask, ...given: string[]) => Promise<unknown>
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** By id, email address or username. */
async function idOf(ask: Ask, who: string): Promise<string> {
  if (uuid.test(who)) return who.toLowerCase()
  const found = (await ask(find(who))) as { id: string }[]
  const [user] = found
  if (!user) throw new Mistake(`There is no account ${JSON.stringify(who)}`)
  return user.id
}

function find(who: string): Call {
  const by = who.includes('@') ? 'email' : 'username'
  return { method: 'GET', path: `/admin/users?${by}=${encodeURIComponent(who)}` }
}

function ofUser(method: Call['method'], deed: string): Command['run'] {
  return async (ask, who = '') =>
    ask({ method, path: `/admin/users/${await idOf(ask, who)}${deed}` })
}

function seconds(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 600) return Number(text)
  throw new Mistake(`"${text}" is no number of seconds from 0 to 600`)
}

const who = ['id|email|username'] as const

export const commands: Record<string, Command> = {
  find: {
    takes: ['email|username'],
    says: 'shows an account',
    run: (ask, who = '') => ask(find(who)),
  },
  deactivate: {
    takes: who,
    says: 'puts someone out within a second, and keeps them out',
    run: ofUser('POST', '/deactivate'),
  },
  activate: {
    takes: who,
    says: 'lets someone log in again',
    run: ofUser('POST', '/activate'),
  },
  sessions: {
    takes: who,
    says: 'lists the sessions of an account',
    run: ofUser('GET', '/sessions'),
  },
  'end-sessions': {
    takes: who,
    says: 'ends all sessions of an account; its password still logs in',
    run: ofUser('DELETE', '/sessions'),
  },
  'delete-message': {
    takes: ['id'],
    says: 'deletes any message, for good',
    run: (ask, id = '') =>
      ask({ method: 'DELETE', path: `/admin/messages/${encodeURIComponent(id)}` }),
  },
  room: {
    takes: [],
    says: 'shows the state of the room',
    run: (ask) => ask({ method: 'GET', path: '/admin/room' }),
  },
  'set-aside': {
    takes: [],
    says: 'lists rows that Postgres refused',
    run: (ask) => ask({ method: 'GET', path: '/admin/set-aside' }),
  },
  'retry-set-aside': {
    takes: [],
    says: 'tries all of them again',
    run: (ask) => ask({ method: 'POST', path: '/admin/set-aside/retry' }),
  },
  presence: {
    takes: [],
    says: 'computes who is online anew',
    run: (ask) => ask({ method: 'POST', path: '/admin/presence' }),
  },
  reconnect: {
    takes: ['seconds'],
    says: 'makes everyone leave and come back at a random moment within so long',
    run: (ask, within = '') =>
      ask({
        method: 'POST',
        path: '/admin/reconnect',
        body: { within_ms: seconds(within) * 1_000 },
      }),
  },
}

export const usage = [
  'npm run operator -- <command>',
  '',
  ...Object.entries(commands).map(
    ([name, { takes, says }]) =>
      `  ${[name, ...takes.map((name) => `<${name}>`)].join(' ').padEnd(42)}${says}`,
  ),
  '',
  'It speaks to CHAT_URL with ADMIN_TOKEN; without both, to the service that `npm start` runs here.',
].join('\n')
