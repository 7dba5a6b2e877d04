// The operator's commands as data: their arguments, a description and the calls they make.

import { find, findAccount, who } from './accounts.ts'
import { type Command, signatureOf, wholeNumber } from './command.ts'
import { moderationCommands } from './moderation-commands.ts'
import type { Call } from './service.ts'

function ofUser(method: Call['method'], suffix: string): Command['run'] {
  return async (ask, account = '') =>
    ask({ method, path: `/admin/users/${(await findAccount(ask, account)).id}${suffix}` })
}

const account = [who] as const
const reconnectSeconds = { what: 'seconds', min: 0, max: 600 }

const operationCommands: Record<string, Command> = {
  find: {
    parameters: ['email|username'],
    description: 'shows an account',
    run: (ask, account = '') => ask(find(account)),
  },
  deactivate: {
    parameters: account,
    description: 'closes an account: ends its connections within a second and refuses its logins',
    run: ofUser('POST', '/deactivate'),
  },
  activate: {
    parameters: account,
    description: 'lets an account log in again',
    run: ofUser('POST', '/activate'),
  },
  sessions: {
    parameters: account,
    description: 'lists the sessions of an account',
    run: ofUser('GET', '/sessions'),
  },
  'end-sessions': {
    parameters: account,
    description: 'ends all sessions of an account; its password still logs in',
    run: ofUser('DELETE', '/sessions'),
  },
  'delete-message': {
    parameters: ['id'],
    description: 'deletes any message, for good',
    run: (ask, id = '') =>
      ask({ method: 'DELETE', path: `/admin/messages/${encodeURIComponent(id)}` }),
  },
  room: {
    parameters: [],
    description: 'shows how the room works: its connections, and what Postgres lacks',
    run: (ask) => ask({ method: 'GET', path: '/admin/room' }),
  },
  'set-aside': {
    parameters: [],
    description: 'lists rows that Postgres refused',
    run: (ask) => ask({ method: 'GET', path: '/admin/set-aside' }),
  },
  'retry-set-aside': {
    parameters: [],
    description: 'retries all of them',
    run: (ask) => ask({ method: 'POST', path: '/admin/set-aside/retry' }),
  },
  flush: {
    parameters: [],
    description: 'writes everything to Postgres now, as before a backup',
    run: (ask) => ask({ method: 'POST', path: '/admin/flush' }),
  },
  rearchive: {
    parameters: [],
    description: 'repairs a Postgres that was set back or lost',
    run: (ask) => ask({ method: 'POST', path: '/admin/rearchive' }),
  },
  presence: {
    parameters: [],
    description: 'recomputes who is online',
    run: (ask) => ask({ method: 'POST', path: '/admin/presence' }),
  },
  reconnect: {
    parameters: ['seconds'],
    description: 'asks all clients to reconnect at a random moment within this time',
    run: (ask, within = '') =>
      ask({
        method: 'POST',
        path: '/admin/reconnect',
        body: { within_ms: wholeNumber(within, reconnectSeconds) * 1_000 },
      }),
  },
  seal: {
    parameters: [],
    description: 'closes the room for good, before another one takes over',
    run: (ask) => ask({ method: 'POST', path: '/admin/seal' }),
  },
}

export const commands: Record<string, Command> = { ...operationCommands, ...moderationCommands }

const column = 44

function helpOf([name, command]: [string, Command]): string {
  const call = `  ${name} ${signatureOf(command)}`
  const gap = call.length < column ? '' : `\n${' '.repeat(column)}`
  return `${gap ? call : call.padEnd(column)}${gap}${command.description}`
}

export const usage = [
  'npm run operator -- <command>',
  '',
  'Accounts and operation',
  ...Object.entries(operationCommands).map(helpOf),
  '',
  'Moderation',
  ...Object.entries(moderationCommands).map(helpOf),
  '',
  'A ban and a deactivation differ. `ban` keeps a person out of the room, for a time or for good: their',
  'account can still log in, and be exported and erased. `deactivate` closes the account: it has no sessions',
  'and cannot log in until `activate`. `unban` does not activate, and `activate` does not unban.',
  '',
  'It calls CHAT_URL with ADMIN_TOKEN or, without both, the service that `npm start` runs here.',
].join('\n')
